/** Whether a node proves now what it makes of the beacon's alpha. */

import type { VrfState } from '@wadi/consensus/beacon'
import type { PublicKey } from '@wadi/primitives/publicKey'

/** What a node knows when it decides. */
export interface ProofView {
  /** The round of proofs that is under way; undefined if there is none. */
  readonly round: Pick<VrfState, 'submitAfter' | 'pi'> | undefined
  readonly node: PublicKey
  /** Of the last block. */
  readonly height: bigint
}

/** What it decides. */
export type ProofDecision = 'wait' | 'prove' | 'done'

/** A proof goes into the next block at the earliest, and that one has to be after the delay. */
export function decideProof({ round, node, height }: ProofView): ProofDecision {
  if (round === undefined) return 'wait'
  if (round.pi.get(node) !== undefined) return 'done'
  return height < round.submitAfter ? 'wait' : 'prove'
}
