/**
 * What the compute nodes of recorded chains committed to: our machine, in the place of each of
 * them, told what that node could know, signs the same.
 */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { equalBytes, toHex } from '@wadi/base/bytes'
import { make } from '@wadi/cbor/codec'
import { type ExecutorCommitment, FAILURES, Proposal } from '@wadi/consensus/roothash/commitments'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { signatureRules } from '@wadi/crypto/signature/verification'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_IO } from '@wadi/mkvs/roots'
import { createTree } from '@wadi/mkvs/tree'
import { RawSignature } from '@wadi/primitives/signed'
import type { Verified } from '@wadi/primitives/verified'
import {
  type ExecutorEffect,
  type ExecutorState,
  startExecutor,
  stepExecutor,
} from '@wadi/runtime-executor/executor'
import type { RoundInput } from '@wadi/runtime-executor/round/input'
import { hashOfHeader } from '@wadi/runtime-protocol/block'
import {
  isBackupWorker,
  isWorker,
  membersOf,
  schedulerRank,
} from '@wadi/runtime-protocol/committee'
import { hashOfBatch, hashOfTransaction } from '@wadi/runtime-protocol/transactions/ioTree'
import { readInputBatch } from '@wadi/runtime-protocol/transactions/readIoTree'
import '../src/coverage.ts'
import { contextOfChain } from '../src/recordedChain.ts'
import { applyDiff } from '../src/recordedRoots.ts'
import { type PlayedRound, playedRounds } from '../src/recordedRounds.ts'
import type { RecordedRound } from '../src/records.ts'
import { hasVector, listChains, readNdjson } from '../src/vectors.ts'

const arena = new Arena()
const rules = signatureRules(forbidKeys())
const NO_RAK = RawSignature.zero
const UNLIMITED = { batchSizeMax: 0n, batchSizeBytesMax: 0n }

/** The inputs of recorded rounds, by the roots of their trees. */
function inputsByRoot(chain: string): ReadonlyMap<string, readonly Uint8Array[]> {
  const inputs = new Map<string, readonly Uint8Array[]>()
  for (const round of readNdjson<RecordedRound>(`chains/${chain}/rounds.ndjson.gz`)) {
    if (round.io_missing) continue
    const tree = createTree(arena, { namespace: new Uint8Array(32), type: ROOT_TYPE_IO })
    applyDiff(tree, round.io_tree)
    inputs.set(toHex(tree.rootHash()), readInputBatch(tree, UNLIMITED))
    tree.dispose()
  }
  return inputs
}

/** A machine in the place of a recorded node. */
class Stand {
  readonly effects: ExecutorEffect[] = []
  readonly #number: bigint
  #state: ExecutorState

  constructor({ base }: PlayedRound, own: ExecutorCommitment['nodeId'], chainContext: string) {
    const runtimeId = base.runtime.id
    const config = { own, runtimeId, chainContext, rules, equivocation: 'ignore', arena } as const
    this.#number = base.header.round + 1n
    this.#state = startExecutor(config, undefined)
    this.give({ kind: 'runtime-status', initialBatchSize: 100 })
    this.give({ kind: 'new-block', base })
  }

  give(input: RoundInput): void {
    const { state, effects } = stepExecutor(this.#state, { to: 'round', input }, 0)
    this.#state = state
    this.effects.push(...effects)
  }

  last<K extends ExecutorEffect['kind']>(
    kind: K,
  ): Extract<ExecutorEffect, { kind: K }> | undefined {
    const found = this.effects.findLast((effect) => effect.kind === kind)
    return found as Extract<ExecutorEffect, { kind: K }> | undefined
  }

  get discrepancyRank(): bigint | undefined {
    return this.#state.round.round?.discrepancy?.rank
  }

  /** It is the turn of schedulers up to this rank, and high time. */
  wait(rank: bigint): void {
    const { base } = this.#state.round
    this.give({ kind: 'timeout', round: this.#number, timer: 'flush' })
    for (let i = 0n; i < rank; i++) {
      this.give({ kind: 'timeout', round: this.#number, timer: 'rank' })
    }
    this.give({ kind: 'round-synced', round: base!.header.round })
  }
}

/** What our machine signs where a recorded node signed `commitment`; undefined if nothing. */
function signedInstead(
  played: PlayedRound,
  commitment: ExecutorCommitment,
  inputs: readonly Uint8Array[],
  chainContext: string,
) {
  const { base, events } = played
  const messages = messagesOf(played, commitment)
  const { nodeId, header } = commitment
  const stand = new Stand(played, nodeId, chainContext)
  const { committee } = base
  const rank = schedulerRank(committee!, header.header.round, header.schedulerId)!
  const txHashes = inputs.map(hashOfTransaction)
  const batchHash = hashOfBatch(arena, inputs)
  const isOurs = equalBytes(nodeId, header.schedulerId)
  if (!isOurs) {
    const previousHash = hashOfHeader(base.header)
    const proposed = { round: header.header.round, previousHash, batchHash }
    const proposal = make(Proposal, {
      nodeId: header.schedulerId,
      header: proposed,
      batch: txHashes,
    }) as Verified<Proposal>
    stand.give({ kind: 'proposal', proposal, rank, isVouched: true })
  }
  stand.wait(rank)
  for (const event of events) {
    if (event.kind === 'commitment') {
      if (event.commitment === commitment) break
      stand.give({ ...event, seen: 'mempool' })
      continue
    }
    const { round } = header.header
    stand.give({ kind: 'discrepancy', round, rank: event.rank, height: base.consensusHeight })
  }
  stand.give({ kind: 'transactions', inputs })
  const call = stand.last('execute')
  if (call === undefined) return undefined
  assert.equal(call.mode, isOurs ? 'schedule' : 'execute')
  const isFailure = header.failure !== FAILURES.none
  const results = isFailure ? resultsOfOthers(played) : header.header
  const rakSig = header.rakSig ?? NO_RAK
  const batch = { header: results, ioWriteLog: [], stateWriteLog: [], rakSig, messages }
  const made = { txHashes, txRejectHashes: [], txInputRoot: batchHash, txInputWriteLog: [] }
  const response = { batch, ...made, batchWeightLimits: new Uint8Array(0) }
  stand.give({ kind: 'executed', id: call.id, response })
  if (isOurs) assert.deepEqual(stand.last('propose')?.proposal.header.batchHash, batchHash)
  const apply = stand.last('apply')
  if (apply === undefined) return undefined
  stand.give({ kind: 'applied', id: apply.id, outcome: isFailure ? 'failed' : 'durable' })
  return stand.last('commit')?.commitment
}

/** What one who failed would have had, had it not failed. */
function resultsOfOthers({ events }: PlayedRound) {
  for (const event of events) {
    if (event.kind !== 'commitment') continue
    const { header } = event.commitment
    if (header.failure === FAILURES.none) return header.header
  }
  assert.fail('a round in which everybody failed')
}

/** The messages of a scheduler's commitment, which nobody else repeats. */
function messagesOf({ events }: PlayedRound, { header }: ExecutorCommitment) {
  for (const event of events) {
    if (event.kind !== 'commitment') continue
    const { nodeId, header: other, messages } = event.commitment
    if (equalBytes(nodeId, header.schedulerId) && equalBytes(other.schedulerId, nodeId)) {
      return messages
    }
  }
  return []
}

/** Whether, and of which rank, a backup worker expects a discrepancy once all have committed. */
function predictedRank(
  { base, events }: PlayedRound,
  own: ExecutorCommitment['nodeId'],
  chainContext: string,
): bigint | undefined {
  const stand = new Stand({ base, events }, own, chainContext)
  for (const event of events) {
    if (event.kind === 'discrepancy') break
    stand.give({ kind: 'commitment', commitment: event.commitment, seen: 'mempool' })
  }
  return stand.discrepancyRank
}

/** Backup workers that are nothing else. */
function backupWorkersOf({ base }: PlayedRound) {
  const { committee } = base
  if (committee === undefined) return []
  return membersOf(committee)
    .map(({ publicKey }) => publicKey)
    .filter((id) => isBackupWorker(committee, id) && !isWorker(committee, id))
}

describe('compute nodes of recorded chains', () => {
  for (const chain of listChains()) {
    if (!hasVector(`chains/${chain}/rounds.ndjson.gz`)) continue
    it(`${chain}: our machine signs what each of them signed`, () => {
      const chainContext = contextOfChain(chain)
      const known = inputsByRoot(chain)
      let count = 0
      for (const played of playedRounds(chain)) {
        for (const event of played.events) {
          if (event.kind !== 'commitment') continue
          const { commitment } = event
          const { header, messages: sent } = commitment
          const isFailure = header.failure !== FAILURES.none
          const results = isFailure ? resultsOfOthers(played) : header.header
          const inputs = results.ioRoot && known.get(toHex(results.ioRoot))
          assert.ok(inputs !== undefined, `the transactions of round ${results.round}`)
          const signed = signedInstead(played, commitment, inputs, chainContext)
          // The reference's byzantine node has no enclave's signature, not even a pretended one.
          const { rakSig = header.failure === FAILURES.none ? NO_RAK : undefined } = header
          assert.deepEqual(signed, { header: { ...header, rakSig }, messages: sent })
          count++
        }
      }
      assert.notEqual(count, 0)
    })
    it(`${chain}: backup workers expect the discrepancies that there were`, () => {
      const chainContext = contextOfChain(chain)
      for (const played of playedRounds(chain)) {
        const found = played.events.find(({ kind }) => kind === 'discrepancy')
        const isFound = found?.kind === 'discrepancy' && !found.isTimeout
        for (const own of backupWorkersOf(played)) {
          const expected = isFound ? found.rank : undefined
          assert.equal(predictedRank(played, own, chainContext), expected)
        }
      }
    })
  }
})
