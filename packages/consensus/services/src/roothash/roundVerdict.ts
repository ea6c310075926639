import { equalBytes, toHex } from '@wadi/base/bytes'
import type { LivenessStatistics } from '@wadi/consensus/roothash'
import type { Committee } from '@wadi/consensus/scheduler/committee'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { voteOf } from '@wadi/runtime-protocol/commitments/executorCommitment'
import type { AcceptedCommitment } from '@wadi/runtime-protocol/commitments/processCommitments'
import { membersOf } from '@wadi/runtime-protocol/committee'
import type { ReadableState } from '../kernel/state.ts'
import { nodeOf } from '../registry/queries.ts'
import { counted } from './liveness.ts'
import type { Verdict } from './slashing.ts'

/** The votes of a round that has a result, and how its members did before. */
export interface JudgedRound extends AcceptedCommitment {
  readonly livenessStats: LivenessStatistics
}

/** Who was right and who was wrong, and the statistics in which the former are counted. */
export interface JudgedVotes {
  readonly verdict: Verdict
  readonly livenessStats: LivenessStatistics
}

/**
 * Compares the votes of all members, whatever their role, with the scheduler's. Who failed or has
 * not voted is neither right nor wrong; who is in the committee twice counts where he comes first.
 */
export function judgeVotes(
  state: ReadableState,
  committee: Committee,
  { commitment, votes, livenessStats: before }: JudgedRound,
): JudgedVotes {
  const right = voteOf(commitment)
  const seen = new Set<string>()
  const good: PublicKey[] = []
  const bad: PublicKey[] = []
  let livenessStats = before
  for (const [index, { publicKey }] of membersOf(committee).entries()) {
    const vote = votes.get(publicKey)
    const name = toHex(publicKey)
    if (vote === undefined || seen.has(name)) continue
    seen.add(name)
    const node = nodeOf(state, publicKey)
    // Nodes do not vanish within an epoch.
    if (node === undefined) continue
    if (equalBytes(vote, right)) {
      good.push(node.entityId)
      livenessStats = counted(livenessStats, 'goodRounds', index)
    } else bad.push(node.entityId)
  }
  return { verdict: { good, bad }, livenessStats }
}
