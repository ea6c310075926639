/** What others commit to: which schedulers are ahead, who will not agree, and who lies. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import type { ExecutorCommitment } from '@wadi/consensus/roothash/commitments'
import type { Verified } from '@wadi/primitives/verified'
import {
  isByScheduler,
  verifyExecutorCommitment,
} from '@wadi/runtime-protocol/commitments/verifyCommitment'
import { isMember, schedulerRank } from '@wadi/runtime-protocol/committee'
import { reportEquivocation } from './equivocation.ts'
import type { CommitmentInput, DiscrepancyInput } from './input.ts'
import { predict } from './predict.ts'
import { noteSeen } from './resubmit.ts'
import { change, emit, type Ignored, type Run, roundOf, trace } from './run.ts'

/** A commitment, in a block or in the mempool. */
export function takeCommitment(run: Run, { commitment, seen }: CommitmentInput): Ignored {
  const { round } = run.state
  if (round === undefined) return 'no-round'
  if (commitment.header.header.round !== round.number) return 'other-round'
  if (!isMember(round.committee, commitment.nodeId)) return 'no-member'
  // What is in a block was verified by everybody.
  const verified =
    seen === 'block' ? (commitment as Verified<ExecutorCommitment>) : verify(run, commitment)
  if (verified === undefined) return 'invalid'
  witness(run, verified)
  noteOwn(run, verified)
  if (seen === 'block') noteSeen(run, verified)
  if (round.role.isWorker) followSchedulers(run, verified)
  else if (seen === 'mempool') predict(run, verified)
  return undefined
}

/** The consensus layer's own word: it stands above what was only expected. */
export function takeDiscrepancy(run: Run, { round, rank, height }: DiscrepancyInput): Ignored {
  if (run.state.round?.number !== round) return 'other-round'
  emit(run, { kind: 'sync-runtime', height })
  trace(run, 'discrepancy', rank)
  if (roundOf(run).discrepancy?.source === 'consensus') return 'known'
  change(run, { discrepancy: { rank, source: 'consensus' } })
  return undefined
}

function verify(
  run: Run,
  commitment: ExecutorCommitment,
): Verified<ExecutorCommitment> | undefined {
  const { config } = run.state
  const { base, committee } = roundOf(run)
  const view = {
    rules: config.rules,
    chainContext: config.chainContext,
    runtime: base.runtime,
    lastHeader: base.header,
    epoch: committee.validFor,
    findNode: (id: Uint8Array) => base.nodes.find((node) => equalBytes(node.id, id)),
  }
  try {
    return verifyExecutorCommitment(view, commitment)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return undefined
  }
}

/** What we committed to before a crash got out after all. */
function noteOwn(run: Run, { nodeId, header }: ExecutorCommitment): void {
  const { unsure, committee, number } = roundOf(run)
  if (unsure.size === 0 || !equalBytes(nodeId, run.state.config.own)) return
  const rank = schedulerRank(committee, number, header.schedulerId)
  change(run, { unsure: new Set([...unsure].filter((one) => one !== rank)) })
}

/** Once a scheduler has committed, those of worse ranks are out. */
function followSchedulers(run: Run, commitment: Verified<ExecutorCommitment>): void {
  if (!isByScheduler(commitment)) return
  const { committee, number, poolRank } = roundOf(run)
  const rank = schedulerRank(committee, number, commitment.nodeId)
  if (rank === undefined || rank >= poolRank) return
  change(run, { poolRank: rank })
  trace(run, 'pool-rank', rank)
}

/** Who has committed to one thing may not commit to another. */
function witness(run: Run, commitment: Verified<ExecutorCommitment>): void {
  if (run.state.config.equivocation === 'ignore') return
  const { witnessed, base, committee, number } = roundOf(run)
  const { nodeId, header } = commitment
  // A bound for those who make up schedulers.
  if (schedulerRank(committee, number, header.schedulerId) === undefined) return
  const key = `${toHex(nodeId)}/${toHex(header.schedulerId)}`
  const plain: ExecutorCommitment = { ...commitment, messages: [] }
  const first = witnessed.get(key)
  if (first === undefined) {
    change(run, { witnessed: new Map(witnessed).set(key, plain) })
    return
  }
  reportEquivocation(run, base.runtime.id, {
    equivocationExecutor: { commitA: first, commitB: plain },
    equivocationProp: undefined,
  })
}
