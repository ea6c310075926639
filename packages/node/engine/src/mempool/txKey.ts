/** A transaction's hash as the key of a map: a character for each byte. */

import { hash } from 'node:crypto'

/** The key of a transaction. */
export type TxKey = string

/**
 * See the top of this file.
 * PERF: OpenSSL takes 0.4 of the time of the kernel and of the way from bytes to characters, for
 * 250 bytes.
 */
export function txKeyOf(transaction: Uint8Array): TxKey {
  return hash('sha256', transaction, 'latin1')
}
