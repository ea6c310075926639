/** Commands that make a transaction: they differ in what it asks for. */

import { encode, type Infer } from '@wadi/cbor/codec'
import type { Schema } from '@wadi/cbor/schema'
import { methodBodies } from '@wadi/consensus/methods'
import { type AnyCommand, command, type Flags, type FlagsOf } from '@wadi/node-config/command'
import type { TransactionContent } from './saveTransaction.ts'
import { type TransactionFlagValues, transactionFlags } from './transactionFlags.ts'

/** A command that makes a transaction. */
export interface TransactionCommand<T extends Flags> {
  readonly name: string
  readonly summary: string
  readonly details?: readonly string[]
  readonly examples?: readonly string[]
  /** Its own flags, beside {@link transactionFlags}. */
  readonly options: T
  /** What the transaction asks for. */
  content(
    flags: FlagsOf<T> & TransactionFlagValues,
  ): TransactionContent | Promise<TransactionContent>
}

/** A method and its encoded body. */
export function contentOf<M extends keyof typeof methodBodies>(
  method: M,
  body: Infer<(typeof methodBodies)[M]>,
): TransactionContent {
  return { method, body: encode(methodBodies[method] as Schema<unknown>, body) }
}

/** Declares a command that makes a transaction. */
export function transactionCommand<const T extends Flags>(
  declared: TransactionCommand<T>,
): AnyCommand {
  const { options, content, ...rest } = declared
  return command<Flags>({
    ...rest,
    options: { ...transactionFlags, ...options },
    async run({ flags }, world) {
      // PERF: the others of a group start in 0.7 of the time, without the rules of documents.
      const { openOrder, saveTransaction } = await import('./saveTransaction.ts')
      const values = flags as unknown as FlagsOf<T> & TransactionFlagValues
      const order = openOrder(values)
      return saveTransaction(order, await content(values), world)
    },
  })
}
