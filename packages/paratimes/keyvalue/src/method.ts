/** What all methods have in common: what they work with, and how they are written. */

import { equalBytes, parseUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { decodeRust, encodeRust, type Schema } from '@wadi/cbor/codec'
import { text } from '@wadi/cbor/scalars'
import { nilable } from '@wadi/cbor/struct'
import type { Message } from '@wadi/consensus/roothash/messages'
import type { State } from '@wadi/mkvs/state'
import type { RuntimeContext, RuntimeTag } from '@wadi/runtime-protocol/runtime'
import { failure } from './call.ts'

/** What a call works with. */
export interface CallContext {
  readonly runtime: RuntimeContext
  readonly state: State
  /** Whether the transaction is only looked at. */
  readonly mode: 'check' | 'execute'
  readonly messages: Message[]
  readonly tags: RuntimeTag[]
}

/** Gives the encoded result. */
export type Method = (context: CallContext, args: Uint8Array) => Uint8Array

/** A text, or null. */
export const MaybeText: Schema<string | undefined> = nilable(text)
/** Null. */
export const NOTHING: Uint8Array = encodeRust(MaybeText, undefined)

/** A method whose arguments are looked at before anything else, and which then works on them. */
export function method<T>(
  schema: Schema<T>,
  run: (context: CallContext, args: T) => Uint8Array,
): Method {
  return (context, args) => run(context, decodeArgs(schema, args))
}

function decodeArgs<T>(schema: Schema<T>, args: Uint8Array): T {
  // COMPAT(oasis-cbor): null, or nothing, stands for arguments all of which are empty.
  if (isNothing(args)) return schema.zero
  try {
    return decodeRust(schema, args)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw failure('malformed call arguments')
  }
}

const CBOR_UNDEFINED = Uint8Array.of(0xf7)

function isNothing(args: Uint8Array): boolean {
  return args.length === 0 || equalBytes(args, NOTHING) || equalBytes(args, CBOR_UNDEFINED)
}

/** A method without arguments: null, or nothing. */
export function bare(run: (context: CallContext) => Uint8Array): Method {
  return (context, args) => {
    if (!isNothing(args)) throw failure('malformed call arguments')
    return run(context)
  }
}

/** A value of the state as the result of a call. */
export function result(value: Uint8Array | undefined): Uint8Array {
  return encodeRust(MaybeText, value && textOf(value))
}

/**
 * COMPAT(oasis-core): values that no call has put there, such as the epoch, need not be texts; then
 * the output is the sentence of Rust's library.
 */
function textOf(value: Uint8Array): string {
  try {
    return parseUtf8(value)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    const at = value.findIndex((byte) => byte >= 0x80)
    const isCut = at === value.length - 1 && value[at]! >= 0xc2 && value[at]! <= 0xf4
    throw failure(
      isCut
        ? `incomplete utf-8 byte sequence from index ${at}`
        : `invalid utf-8 sequence of 1 bytes from index ${at}`,
    )
  }
}
