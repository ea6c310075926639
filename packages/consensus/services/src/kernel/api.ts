/** What a node is asked about the consensus layer: by name, with what is asked and answered. */

import type { Schema } from '@wadi/cbor/schema'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import type { Hash } from '@wadi/primitives/hash'
import type { BlockEvent } from './events.ts'
import type { ReadableState } from './state.ts'

/** What was told at one place of a block. */
export interface ToldEvents {
  /** Of the transaction that told it; undefined at the beginning and the end of the block. */
  readonly txHash: Hash | undefined
  readonly events: readonly BlockEvent[]
}

/** The chain, as far as a node has kept it, looked at from one height. */
export interface ApiView {
  /** The state after the block at `height`. */
  readonly state: ReadableState
  readonly height: bigint
  readonly genesis: GenesisDocument
  /** The state after another block; consensus/3 if it is not kept. */
  stateAt(height: bigint): ReadableState
  /** What the block at `height` told, in order. */
  events(): readonly ToldEvents[]
}

/** A call: what it is asked with, and how it is answered. */
export interface ApiMethod<Q, A> {
  readonly request: Schema<Q>
  readonly response: Schema<A>
  /** The height that a request is about; zero is the last one. */
  heightOf(request: Q): bigint
  answer(view: ApiView, request: Q): A
}

/** Calls by service and method, as in the path of a gRPC call. */
// biome-ignore lint/suspicious/noExplicitAny: methods of all types in one table
export type ApiMethods = Readonly<Record<string, ApiMethod<any, any>>>
