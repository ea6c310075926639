import { equalBytes } from '@wadi/base/bytes'
import type { PeerRounds } from '@wadi/tendermint/gossip/peerRounds'
import type { RoundState } from '@wadi/tendermint/round/roundState'
import { RoundStep } from '@wadi/tendermint/round/roundStep'

/**
 * Does a peer that collects parts of our block get them from others? Where everybody may be
 * everybody's peer it gets them from the proposer. Elsewhere blocks must travel on: who has them
 * late votes late.
 */
export function getsPartsElsewhere(
  { height, ownAddress, validators }: RoundState,
  known: PeerRounds,
  peerCount: number,
): boolean {
  if (known.height !== height || known.step >= RoundStep.commit) return false
  if (peerCount + 1 < validators.validators.length) return false
  const proposer = validators.proposer?.address
  const isOurs =
    proposer !== undefined && ownAddress !== undefined && equalBytes(proposer, ownAddress)
  return !isOurs
}
