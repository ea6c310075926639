/** Calls and streams: what a node is asked by name. Each service's `api.ts` has tables of them. */

import { list } from '@wadi/cbor/collections'
import { mapped } from '@wadi/cbor/mapped'
import { i64, raw } from '@wadi/cbor/scalars'
import type { Schema } from '@wadi/cbor/schema'
import { nilable } from '@wadi/cbor/struct'

/** A call: what it is asked with, and what it is answered with. */
export interface Call<Q, A> {
  readonly request: Schema<Q>
  readonly response: Schema<A>
  /** The height that a request is about; zero is the last one. */
  heightOf(request: Q): bigint
}

/** Calls by service and method, as in the path of a gRPC call. */
// biome-ignore lint/suspicious/noExplicitAny: calls of all types in one table
export type Calls = Readonly<Record<string, Call<any, any>>>

/** A call that is answered with one item after the other, until either side ends it. */
export interface StreamCall<Q, A> {
  readonly request: Schema<Q>
  readonly item: Schema<A>
}

/** Streams by service and method, as in the path of a gRPC call. */
// biome-ignore lint/suspicious/noExplicitAny: streams of all types in one table
export type Streams = Readonly<Record<string, StreamCall<any, any>>>

const LAST = 0n

const nobody = mapped<Uint8Array, undefined>(raw, {
  name: 'Nothing',
  from: () => undefined,
  to: () => new Uint8Array(0),
})

/**
 * Where a call is asked with nothing, or answered with nothing.
 * COMPAT(oasis-core): it has no bytes, Go's clients refuse any, and what is there instead is not
 * read.
 */
export const Nothing: Schema<undefined> = {
  ...nobody,
  write: () => undefined,
  read: () => undefined,
}

/** A call about whatever is last. */
export function askedFor<Q, A>(request: Schema<Q>, response: Schema<A>): Call<Q, A> {
  return { request, response, heightOf: () => LAST }
}

/** A call that is asked with nothing. */
export function asked<A>(response: Schema<A>): Call<undefined, A> {
  return askedFor(Nothing, response)
}

/** A call that is asked with a height. */
export function askedAt<A>(response: Schema<A>): Call<bigint, A> {
  return { request: i64, response, heightOf: (height) => height }
}

/** A call whose request names a height among other things. */
export function askedBy<Q extends { readonly height: bigint }, A>(
  request: Schema<Q>,
  response: Schema<A>,
): Call<Q, A> {
  return { request, response, heightOf: ({ height }) => height }
}

/** A stream of which one asks with something. */
export function watchedFor<Q, A>(request: Schema<Q>, item: Schema<A>): StreamCall<Q, A> {
  return { request, item }
}

/** A stream of which one asks with nothing. */
export function watched<A>(item: Schema<A>): StreamCall<undefined, A> {
  return watchedFor(Nothing, item)
}

/** COMPAT(oasis-core): a list to which nothing was ever added is null on the wire. */
export function grown<T>(item: Schema<T>): Schema<readonly T[]> {
  return mapped<readonly T[] | undefined, readonly T[]>(nilable(list(item)), {
    name: 'Grown',
    from: (items) => items ?? [],
    to: (items) => (items.length === 0 ? undefined : items),
  })
}
