/** What evidence says about itself. */

import { toHex } from '@wadi/base/bytes'
import type { Moment } from '@wadi/primitives/moment'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import { evidenceHash } from '@wadi/tendermint/hashing/contentHashes'
import type { Evidence } from '@wadi/tendermint/types/evidence'
import { nanosecondsOf } from '@wadi/tendermint/types/timestamp'

/** The height of the votes, or the last height that the light client and the chain agree on. */
export function heightOf({ kind, body }: Evidence): bigint {
  return kind === 'duplicate-vote' ? body.voteA.height : body.commonHeight
}

/** Names a piece of evidence, and sorts it by height. */
export function evidenceKey(evidence: Evidence): string {
  const height = heightOf(evidence).toString(16).padStart(16, '0')
  return `${height}/${toHex(evidenceHash(evidence))}`
}

/** Whom a piece of evidence is about; attacks on light clients are counted together. */
export function offenderOf({ kind, body }: Evidence): string {
  return kind === 'duplicate-vote' ? toHex(body.voteA.validatorAddress) : 'attack'
}

/** Is something of that height and time too old for a block? Only if it is so by both. */
export function isExpired(state: ChainState, at: { height: bigint; time: Moment }): boolean {
  const { maxAgeNumBlocks, maxAgeDuration } = state.consensusParams.evidence
  const age = nanosecondsOf(state.lastBlockTime) - nanosecondsOf(at.time)
  return state.lastBlockHeight - at.height > maxAgeNumBlocks && age > nanosecondsOf(maxAgeDuration)
}
