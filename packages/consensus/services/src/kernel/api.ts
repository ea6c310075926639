/** Answering calls: what a node knows of its chain, and the tables of answers. */

import { CodedError } from '@wadi/base/errors'
import { decodeRpc, encode } from '@wadi/cbor/codec'
import type { Call, Calls } from '@wadi/consensus/api'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import type { Tree } from '@wadi/mkvs/tree'
import type { Moment } from '@wadi/primitives/moment'
import type { Gas } from '@wadi/primitives/transaction'
import type { BlockEvent } from './events.ts'
import type { ReadableState } from './state.ts'

/** What became of a transaction of a block. */
export interface ExecutedTransaction {
  /** As it lies in the block. */
  readonly raw: Uint8Array
  /** Zero if it succeeded. */
  readonly code: number
  readonly codespace: string
  readonly data: Uint8Array | undefined
  readonly log: string
  readonly gasWanted: Gas
  readonly gasUsed: Gas
  readonly events: readonly BlockEvent[]
}

/** A block, as far as it is kept beside its state. */
export interface ExecutedBlock {
  readonly time: Moment
  readonly beginEvents: readonly BlockEvent[]
  readonly transactions: readonly ExecutedTransaction[]
  readonly endEvents: readonly BlockEvent[]
}

/**
 * The chain, as far as a node has kept it, looked at from one height. What cannot be had throws
 * when it is asked for: consensus/1 before the first block, consensus/3 if it is not kept.
 */
export interface ChainView {
  readonly genesis: GenesisDocument
  readonly chainContext: string
  /** The height that is asked about. */
  readonly height: bigint
  /** The block at that height. */
  readonly block: ExecutedBlock
  /** CometBFT's own parameters at that height, in Protocol Buffers. */
  readonly cometParameters: Uint8Array
  readonly lastHeight: bigint
  /** The first height of which block and state are kept. */
  readonly firstHeight: bigint
  /** The state after another block. */
  stateAt(height: bigint): ReadableState
}

/** The state after the block at the height that is asked about. */
export interface StateView {
  readonly state: ReadableState
  /** The tree that holds it: for proofs. */
  readonly tree: Tree
}

/** What a call is answered from. */
export type ApiView = ChainView & StateView

/** A view of the same chain, but with this state. Nothing is looked at before it is asked for. */
export function viewOver(chain: ChainView, own: StateView): ApiView {
  const lazy = {
    genesis: { get: () => chain.genesis },
    chainContext: { get: () => chain.chainContext },
    height: { get: () => chain.height },
    block: { get: () => chain.block },
    cometParameters: { get: () => chain.cometParameters },
    lastHeight: { get: () => chain.lastHeight },
    firstHeight: { get: () => chain.firstHeight },
    stateAt: { value: (height: bigint) => chain.stateAt(height) },
  }
  return Object.defineProperties({ ...own }, lazy) as ApiView
}

/** A call and how it is answered. */
export interface ApiMethod<Q, A> extends Call<Q, A> {
  answer(view: ApiView, request: Q): A
}

/** Calls and their answers by service and method, as in the path of a gRPC call. */
// biome-ignore lint/suspicious/noExplicitAny: methods of all types in one table
export type ApiMethods = Readonly<Record<string, ApiMethod<any, any>>>

/** An answer for every call of a table. */
export type Answers<C extends Calls> = {
  readonly [K in keyof C]: C[K] extends Call<infer Q, infer A>
    ? (view: ApiView, request: Q) => A
    : never
}

/** Puts calls and answers together. */
export function answering<const C extends Calls>(calls: C, answers: Answers<C>): ApiMethods {
  return Object.fromEntries(
    Object.entries(calls).map(([name, call]) => [name, { ...call, answer: answers[name]! }]),
  )
}

/** Answers an encoded request; `viewAt` takes a height of zero for the last one. */
export function answerEncoded<Q, A>(
  method: ApiMethod<Q, A>,
  viewAt: (height: bigint) => ApiView,
  encoded: Uint8Array | undefined,
): Uint8Array {
  const request = decodeRpc(method.request, encoded)
  const view = viewAt(method.heightOf(request))
  return encode(method.response, method.answer(view, request))
}

/** COMPAT(oasis-core): some calls put words before the reason why there is no state. */
export function withWords<T>(words: string, look: () => T): T {
  try {
    return look()
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    const { module, code, reason, message } = error
    throw new CodedError(module, code, reason, `${words}: ${message}`)
  }
}
