/** A transaction's hash as the key of a map: a character for each byte. */

import { sha256 } from '@wadi/crypto/hash/sha256'

/** The key of a transaction. */
export type TxKey = string

/** See the top of this file. */
export function txKeyOf(transaction: Uint8Array): TxKey {
  return Buffer.from(sha256(transaction)).toString('latin1')
}
