/** What loads consist of: transactions of about 250 bytes, each another one. */

import { toUtf8 } from '@wadi/base/bytes'
import type { NetworkGenesis } from '@wadi/compose/network-genesis'
import { signedTransfer } from '@wadi/compose/network-transfer'

const TX_BYTES = 250
const DIGITS = 12

/** Pairs for stores of pairs. */
export function makePairs(): () => Uint8Array {
  let count = 0
  return () => toUtf8(`key${String(count++).padStart(DIGITS, '0')}=`.padEnd(TX_BYTES, 'v'))
}

/** Signed transfers: of one account after the other, in a circle. */
export function makeTransfers({ accounts, chainContext }: NetworkGenesis): () => Uint8Array {
  let count = 0
  return () => {
    const from = accounts[count % accounts.length]!
    const { address } = accounts[(count + 1) % accounts.length]!
    const nonce = BigInt(Math.floor(count / accounts.length))
    count++
    return signedTransfer({ chainContext, from, to: address, amount: 1n, nonce })
  }
}
