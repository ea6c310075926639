/** What the engine asks of the evidence pool. */

import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import type { Evidence } from '@wadi/tendermint/types/evidence'
import type { Vote } from '@wadi/tendermint/types/vote'

/** Evidence for a block, and how many bytes it takes there. */
export interface PendingEvidence {
  readonly evidence: readonly Evidence[]
  readonly size: bigint
}

/** Verified evidence that waits for a block. Whatever is pending survives a crash. */
export interface EvidenceSource {
  readonly size: number
  /** The oldest ones that fit, for a proposal; −1 is no bound. */
  pending(bytesMax: bigint): PendingEvidence
  /** Takes evidence in; throws a `CodedError` (`evidence.…`) if it proves nothing. */
  add(evidence: Evidence): void
  /** Throws unless all evidence of a block is valid, not expired, not committed, not doubled. */
  check(evidence: readonly Evidence[]): void
  /** Would a vote that contradicts this one, or the other way round, be kept? */
  wantsConflict(vote: Vote): boolean
  /** Two votes of consensus; they become evidence when their height is committed. */
  reportConflictingVotes(first: Vote, second: Vote): void
  /** After a block: what was in it is committed, what is too old goes. */
  update(state: ChainState, committed: readonly Evidence[]): void
}
