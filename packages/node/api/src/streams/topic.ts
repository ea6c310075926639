/** A stream and what is told on it: a pure function of the chain at a height. */

import type { StreamCall, Streams } from '@wadi/consensus/api'
import type { ApiView } from '@wadi/consensus-services/kernel/api'

/** An item, and whom it is for: everybody, or those who asked for it by this name. */
export interface Told<A> {
  readonly item: A
  readonly to?: string
}

/** What a stream is made of. */
export interface Teller<Q, A> {
  /** What a new watcher is told about what is there already. */
  first?(view: ApiView, request: Q): Iterable<A>
  /** What the block of the view's height tells. */
  told(view: ApiView): Iterable<Told<A>>
  /** What a watcher asks for, where not everything is for everybody. */
  nameOf?(request: Q): string
}

export interface Topic<Q, A> extends StreamCall<Q, A>, Teller<Q, A> {}

/** Streams and what is told on them by service and method, as in the path of a gRPC call. */
// biome-ignore lint/suspicious/noExplicitAny: topics of all types in one table
export type Topics = Readonly<Record<string, Topic<any, any>>>

/** A teller for every stream of a table. */
export type Tellers<S extends Streams> = {
  readonly [K in keyof S]: S[K] extends StreamCall<infer Q, infer A> ? Teller<Q, A> : never
}

/** Puts streams and tellers together. */
export function telling<const S extends Streams>(streams: S, tellers: Tellers<S>): Topics {
  return Object.fromEntries(
    Object.entries(streams).map(([name, stream]) => [name, { ...stream, ...tellers[name]! }]),
  )
}

/** Something for everybody. */
export function* toAll<A>(items: Iterable<A | undefined>): Generator<Told<A>> {
  for (const item of items) if (item !== undefined) yield { item }
}
