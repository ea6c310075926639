/** What mempools tell each other. */

import { definePlainErrors } from '@wadi/base/errors'
import type { Infer } from '@wadi/protobuf/codec'
import { field, message, repeated } from '@wadi/protobuf/message'
import { oneOf } from '@wadi/protobuf/oneOf'
import { windowBytes } from '@wadi/protobuf/scalars'

const errors = definePlainErrors('mempoolMessage', {
  noTransactions: 'a message without transactions',
})

/** Transactions, in the order of their sender: windows into the message that was decoded. */
export const MempoolMessage = oneOf({
  txs: field(1, message({ txs: repeated(1, windowBytes) })),
})
export type MempoolMessage = Infer<typeof MempoolMessage>

/** Refuses what no honest node says. */
export function checkMempoolMessage({ body }: MempoolMessage): void {
  if (body.txs.length === 0) throw errors.noTransactions()
}
