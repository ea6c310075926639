import { sha256 } from '@wadi/crypto/hash/sha256'

/** How many bytes name a validator. */
export const VALIDATOR_ADDRESS_SIZE = 20

/** How CometBFT names a validator: the first bytes of the hash of its consensus key. */
export function validatorAddress(consensusKey: Uint8Array): Uint8Array {
  return sha256(consensusKey).slice(0, VALIDATOR_ADDRESS_SIZE)
}
