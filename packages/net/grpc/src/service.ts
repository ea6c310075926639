/** A service as a value: the one table that server, client, limits and metrics are made from. */

import type { Codec } from './codec.ts'

/** One request, one answer. */
export interface UnaryMethod<Request, Answer> {
  readonly kind: 'unary'
  readonly request: Codec<Request>
  readonly answer: Codec<Answer>
}

/** One request, any number of answers. */
export interface StreamMethod<Request, Answer> {
  readonly kind: 'stream'
  readonly request: Codec<Request>
  readonly answer: Codec<Answer>
}

export type Method = UnaryMethod<unknown, unknown> | StreamMethod<unknown, unknown>

/** Methods by the names that they have on the wire. */
export type MethodTable = Readonly<Record<string, Method>>

export interface Service<Methods extends MethodTable> {
  /** With its package: `oasis-core.Consensus`. */
  readonly name: string
  readonly methods: Methods
}

export function unary<Request, Answer>(
  request: Codec<Request>,
  answer: Codec<Answer>,
): UnaryMethod<Request, Answer> {
  return { kind: 'unary', request, answer }
}

export function serverStream<Request, Answer>(
  request: Codec<Request>,
  answer: Codec<Answer>,
): StreamMethod<Request, Answer> {
  return { kind: 'stream', request, answer }
}

export function service<const Methods extends MethodTable>(
  name: string,
  methods: Methods,
): Service<Methods> {
  return { name, methods }
}

/** Where a method is found. */
export function pathOf(service: string, method: string): string {
  return `/${service}/${method}`
}
