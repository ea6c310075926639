/** Votes of a validator for two blocks at once, with its real key: what must never be signed. */

import { compareBytes, EMPTY_BYTES } from '@wadi/base/bytes'
import type { NetworkGenesis } from '@wadi/compose/network-genesis'
import { signerIn } from '@wadi/compose/node-keys'
import { cometChainId } from '@wadi/consensus/genesis/document'
import { stockDialect } from '@wadi/tendermint/dialect'
import { canonicalVoteBytes } from '@wadi/tendermint/signBytes'
import type { Vote } from '@wadi/tendermint/types/vote'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'

const HASH_BYTES = 32
const MS_PER_SECOND = 1000

/** Who signs twice, and where. */
export interface Guilt {
  /** The number of the validator. */
  readonly signer: number
  readonly height: bigint
  readonly round: number
}

/** Two prevotes. All validators of the network have the same power. */
export function conflictingVotes(
  { validators, chainContext }: NetworkGenesis,
  { signer, height, round }: Guilt,
): readonly Vote[] {
  const addresses = validators.map(({ consensus }) => validatorAddress(consensus.publicKey))
  const address = addresses[signer]!
  const validatorIndex = addresses.toSorted(compareBytes).indexOf(address)
  const sign = signerIn(stockDialect, validators[signer]!.consensus)
  const seconds = BigInt(Math.trunc(Date.now() / MS_PER_SECOND))
  return [1, 2].map((filler) => {
    const hash = new Uint8Array(HASH_BYTES).fill(filler)
    const vote: Vote = {
      type: 'prevote',
      height,
      round,
      blockId: { hash, partSetHeader: { total: 1, hash } },
      timestamp: { seconds, nanoseconds: filler },
      validatorAddress: address,
      validatorIndex,
      signature: EMPTY_BYTES,
    }
    return { ...vote, signature: sign(canonicalVoteBytes(cometChainId(chainContext), vote)) }
  })
}
