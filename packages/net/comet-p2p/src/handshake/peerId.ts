import { toHex } from '@wadi/base/bytes'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'

/** The id of whoever holds a key. */
export function peerIdOf(publicKey: Uint8Array): string {
  return toHex(validatorAddress(publicKey))
}
