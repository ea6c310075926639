import { sha256 } from '@wadi/crypto/hash/sha256'
import type { PublicKey } from '@wadi/primitives/publicKey'
import type { CometAddress } from './block.ts'

const SIZE = 20

/** How CometBFT names the validator with this consensus key. */
export function cometAddressOf(consensusKey: PublicKey): CometAddress {
  return sha256(consensusKey).subarray(0, SIZE)
}
