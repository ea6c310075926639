/** Answers in JSON. */

import type { Infer } from '@wadi/cbor/codec'
import { toIndentedJson } from '@wadi/cbor/json'
import type { Schema } from '@wadi/cbor/schema'
import type { Calls } from '@wadi/consensus/api'

/** An answer as the reference's commands print it. */
export function printAnswer<T extends Calls, N extends keyof T & string>(
  calls: T,
  name: N,
  answer: Infer<T[N]['response']>,
): string {
  return `${toIndentedJson(calls[name]!.response as Schema<unknown>, answer)}\n`
}
