/** What is no transaction of a chain, and what is no body of a method. */

import { CodedError } from '@wadi/base/errors'
import { type RandomSource, randomBelow } from '@wadi/base/random'
import { decode, encode, zero } from '@wadi/cbor/codec'
import { bodyOfMethod } from '@wadi/consensus/methods'
import type { Chain } from '@wadi/consensus-services/kernel/context'
import {
  openTransaction,
  SignedTransaction,
  Transaction,
  transactionContext,
} from '@wadi/primitives/transaction'
import { damages } from '../damage.ts'

/** How many damaged forms are made of something, by kind of damage. */
const FORMS_MAX = 3

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt()
    return true
  } catch (error) {
    if (error instanceof CodedError) return false
    throw error
  }
}

/** Damaged forms of bytes, but for those that are still good. */
function* damagedForms(
  good: Uint8Array,
  random: RandomSource,
  isStillGood: (form: Uint8Array) => boolean,
): Generator<Uint8Array> {
  for (const damage of Object.values(damages)) {
    const forms = [...damage(Uint8Array.from(good), random)]
    for (let count = FORMS_MAX; count > 0 && forms.length > 0; count--) {
      const [form] = forms.splice(randomBelow(random, forms.length), 1)
      if (form !== undefined && !isStillGood(form)) yield form
    }
  }
}

/** What looks like the transactions, and is none: it cannot be decoded, or is badly signed. */
export function* junkTransactions(
  good: readonly Uint8Array[],
  { signatures, context }: Pick<Chain, 'signatures' | 'context'>,
  random: RandomSource,
): Generator<Uint8Array> {
  const isOpened = (form: Uint8Array) =>
    succeeds(() =>
      openTransaction(signatures, transactionContext(context), decode(SignedTransaction, form)),
    )
  yield new Uint8Array(0)
  for (const transaction of good) yield* damagedForms(transaction, random, isOpened)
}

/** What looks like a method's body, and is none. It is CBOR: else the transaction would be none. */
export function* junkBodies(
  method: string,
  good: Uint8Array,
  random: RandomSource,
): Generator<Uint8Array> {
  const schema = bodyOfMethod(method)
  if (schema === undefined) return
  const carries = (body: Uint8Array) =>
    decode(Transaction, encode(Transaction, { ...zero(Transaction), body }))
  for (const body of damagedForms(good, random, (form) => succeeds(() => decode(schema, form))))
    if (succeeds(() => carries(body))) yield body
}
