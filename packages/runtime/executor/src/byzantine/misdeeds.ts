/**
 * Nodes that do not keep to the protocol, for tests and for the reference's `debug byzantine`: what
 * the machine wants done, turned into what a liar, a thief or a sleeper would do instead.
 */

import { toUtf8 } from '@wadi/base/bytes'
import { unreachable } from '@wadi/base/errors'
import { make } from '@wadi/cbor/codec'
import { ComputeResultsHeader, FAILURES } from '@wadi/consensus/roothash/commitments'
import { type Hash, hashOfBytes } from '@wadi/primitives/hash'
import type { ExecutorEffect } from '../executor.ts'
import type { CommitEffect, ProposeEffect } from '../round/effect.ts'

/** One way to break the protocol. */
export type Misdeed =
  /** Commits to a state that did not come out. */
  | 'wrong-result'
  /** Commits to inputs and outputs that are not those of the batch. */
  | 'wrong-io'
  /** Takes part in nothing. */
  | 'straggler'
  /** Commits to a failure; as the scheduler it does so instead of proposing. */
  | 'failure'
  /** Proposes, and then commits to nothing. */
  | 'runaway'
  /** Proposes a transaction that nobody else can get. */
  | 'withheld-batch'
  /** Proposes a batch that is not the one it has signed. */
  | 'invalid-batch-hash'
  /** Signs two proposals, and two commitments. */
  | 'equivocation'

/** The modes of the reference's command, by their names there. */
export const REFERENCE_MODES: Readonly<Record<string, readonly Misdeed[]>> = {
  executor_honest: [],
  executor_dishonest: ['wrong-result'],
  executor_straggler: ['straggler'],
  executor_failure_indicating: ['failure'],
  executor_runaway: ['runaway'],
  executor_invalid_batch_hash: ['invalid-batch-hash', 'runaway'],
}

/** What one who does all of these things does, in place of what an honest node would do. */
export function misbehave(
  misdeeds: readonly Misdeed[],
  effects: readonly ExecutorEffect[],
): readonly ExecutorEffect[] {
  let done = effects
  for (const misdeed of misdeeds) done = done.flatMap((effect) => actAs(misdeed, effect))
  return done
}

function actAs(misdeed: Misdeed, effect: ExecutorEffect): readonly ExecutorEffect[] {
  switch (effect.kind) {
    case 'propose':
      return proposeAs(misdeed, effect)
    case 'commit':
      return commitAs(misdeed, effect)
    default:
      return [effect]
  }
}

function proposeAs(misdeed: Misdeed, effect: ProposeEffect): readonly ProposeEffect[] {
  switch (misdeed) {
    case 'wrong-result':
    case 'wrong-io':
    case 'runaway':
      return [effect]
    case 'straggler':
    case 'failure':
      return []
    case 'withheld-batch':
      return [withBatch(effect, [...effect.proposal.batch, hashOfBytes(toUtf8('withheld'))])]
    case 'invalid-batch-hash':
      return [withOtherHash(effect)]
    case 'equivocation':
      return [effect, withOtherHash(effect)]
    default:
      return unreachable(misdeed, 'misdeed')
  }
}

function withBatch(effect: ProposeEffect, batch: readonly Hash[]): ProposeEffect {
  return { ...effect, proposal: { ...effect.proposal, batch } }
}

function withOtherHash(effect: ProposeEffect): ProposeEffect {
  const { header } = effect.proposal
  const batchHash = hashOfBytes(header.batchHash)
  return { ...effect, proposal: { ...effect.proposal, header: { ...header, batchHash } } }
}

function commitAs(misdeed: Misdeed, effect: CommitEffect): readonly CommitEffect[] {
  switch (misdeed) {
    case 'withheld-batch':
    case 'invalid-batch-hash':
      return [effect]
    case 'straggler':
    case 'runaway':
      return []
    case 'wrong-result':
      return [withOther(effect, 'stateRoot')]
    case 'wrong-io':
      return [withOther(effect, 'ioRoot')]
    case 'failure':
      return [asFailure(effect)]
    case 'equivocation':
      return [effect, withOther(effect, 'stateRoot')]
    default:
      return unreachable(misdeed, 'misdeed')
  }
}

function withOther(effect: CommitEffect, root: 'ioRoot' | 'stateRoot'): CommitEffect {
  const { header: signed } = effect.commitment
  const known = signed.header[root]
  if (known === undefined) return effect
  const header = { ...signed.header, [root]: hashOfBytes(known) }
  return { ...effect, commitment: { ...effect.commitment, header: { ...signed, header } } }
}

function asFailure(effect: CommitEffect): CommitEffect {
  const { schedulerId, header } = effect.commitment.header
  const { round, previousHash } = header
  const empty = make(ComputeResultsHeader, { round, previousHash })
  const failure = { schedulerId, header: empty, failure: FAILURES.unknown, rakSig: undefined }
  return { ...effect, commitment: { header: failure, messages: [] } }
}
