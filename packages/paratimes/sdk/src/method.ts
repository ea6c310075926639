/** What can be called, asked, or told to a module. */

import type { Schema } from '@wadi/cbor/codec'
import type { MessageEvent } from '@wadi/consensus/roothash/messages'
import { encodeValue, readValue } from './codec.ts'
import type { Frame } from './frame/frame.ts'
import { errors } from './modules/core/errors.ts'

/** What transactions call, or only calls from within. */
export interface CallMethod {
  readonly kind: 'call'
  readonly name: string
  readonly isInternal: boolean
  /** May it be asked by `core.ExecuteReadOnlyTx`? */
  readonly isInteractive: boolean
  /** The encoded result for an encoded body. */
  readonly run: (frame: Frame, body: Uint8Array, forbid: () => void) => Uint8Array
}

/** What is answered without a transaction. */
export interface QueryMethod {
  readonly kind: 'query'
  readonly name: string
  /** Only where the operator says so. */
  readonly isExpensive: boolean
  readonly run: (frame: Frame, args: Uint8Array) => Uint8Array
}

/** Who is told the result of a message. */
export interface MessageResultMethod {
  readonly kind: 'message_result'
  readonly name: string
  readonly run: (frame: Frame, event: MessageEvent, context: Uint8Array) => void
}

/** An entry of a module's list of methods. */
export type Method = CallMethod | QueryMethod | MessageResultMethod

function argumentsOf<T>(schema: Schema<T>, body: Uint8Array): T {
  const decoding = readValue(schema, body)
  if (decoding.kind === 'refused') throw errors.invalidArgument(decoding.sentence)
  return decoding.value
}

interface CallDeclaration<A, R> {
  readonly name: string
  readonly args: Schema<A>
  readonly result: Schema<R>
  readonly isInternal?: true
  readonly isInteractive?: true
  readonly run: (frame: Frame, args: A) => R
}

/** Declares a call. */
export function call<A, R>(declaration: CallDeclaration<A, R>): CallMethod {
  const { name, args, result, isInternal = false, isInteractive = false, run } = declaration
  return {
    kind: 'call',
    name,
    isInternal,
    isInteractive,
    run(frame, body, forbid) {
      const decoded = argumentsOf(args, body)
      // COMPAT(oasis-sdk): who may not call it learns first that the arguments are no good.
      if (isInternal && !frame.environment.isInternal) forbid()
      return encodeValue(result, run(frame, decoded))
    },
  }
}

interface QueryDeclaration<A, R> {
  readonly name: string
  readonly args: Schema<A>
  readonly result: Schema<R>
  readonly isExpensive?: true
  readonly run: (frame: Frame, args: A) => R
}

/** Declares a query. */
export function query<A, R>(declaration: QueryDeclaration<A, R>): QueryMethod {
  const { name, args, result, isExpensive = false, run } = declaration
  return {
    kind: 'query',
    name,
    isExpensive,
    run: (frame, body) => encodeValue(result, run(frame, argumentsOf(args, body))),
  }
}

interface MessageResultDeclaration<C> {
  readonly name: string
  readonly context: Schema<C>
  readonly run: (frame: Frame, event: MessageEvent, context: C) => void
}

/** Declares who is told the results of messages that were sent with a hook of this name. */
export function messageResult<C>(declaration: MessageResultDeclaration<C>): MessageResultMethod {
  const { name, context, run } = declaration
  return {
    kind: 'message_result',
    name,
    run: (frame, event, payload) => run(frame, event, argumentsOf(context, payload)),
  }
}
