/** Module and code of an error, wrapped as the reference does it: CBOR in Any in Status. */

import { CodedError } from '@wadi/base/errors'
import { decode as decodeCbor, encode as encodeCbor } from '@wadi/cbor/codec'
import { text, u32 } from '@wadi/cbor/scalars'
import { omitEmpty, struct } from '@wadi/cbor/struct'
import { decode, encode } from '@wadi/protobuf/codec'
import { field, message, repeated } from '@wadi/protobuf/message'
import { bytes, int32, text as string } from '@wadi/protobuf/scalars'

const Any = message({ typeUrl: field(1, string), value: field(2, bytes) })

/** `google.rpc.Status`. */
const RpcStatus = message({
  code: field(1, int32),
  message: field(2, string),
  details: repeated(3, Any),
})

const Detail = struct({ module: omitEmpty(text), code: omitEmpty(u32) })

/** The numbers of an error in the reference. */
export interface ErrorNumbers {
  readonly module: string
  readonly code: number
}

/** A status with its numbers in it. */
export function encodeDetails(
  status: { readonly code: number; readonly message: string },
  numbers: ErrorNumbers,
): Uint8Array {
  const value = encodeCbor(Detail, numbers)
  return encode(RpcStatus, { ...status, details: [{ typeUrl: '', value }] })
}

/** The numbers, if it holds any that the house understands. */
export function decodeDetails(details: Uint8Array): ErrorNumbers | undefined {
  try {
    const status = decode(RpcStatus, details)
    const [first, ...others] = status.details
    if (first === undefined || others.length > 0 || first.typeUrl !== '') return undefined
    const numbers = decodeCbor(Detail, first.value)
    return numbers.module === '' ? undefined : numbers
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}
