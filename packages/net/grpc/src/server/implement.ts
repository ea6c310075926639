/** What a service does: a handler for each of its methods. */

import type { Method, MethodTable, Service, StreamMethod, UnaryMethod } from '../service.ts'
import { pathOf } from '../service.ts'
import { statusError } from '../status.ts'
import type { Peer } from './exchange.ts'

/** What a handler is told of a call. */
export interface Call {
  /** `/oasis-core.Consensus/GetBlock` */
  readonly path: string
  readonly peer: Peer
  /** Is aborted when nobody waits for the answer any more: vanished, canceled, too late. */
  readonly signal: AbortSignal
  /** A header field of the request. */
  header(name: string): string | undefined
}

/** A call with many answers. None of its methods waits. */
export interface ServerStream<Answer> extends Call {
  /** Sends, or queues for a slow client. False: the stream is over, and nothing more is wanted. */
  send(answer: Answer): boolean
  /** When nothing is queued any more, or the stream is over. For answers that can wait. */
  drained(): Promise<void>
  /** There are no more answers. */
  end(): void
  /** There are no more answers, and this is why. */
  fail(error: unknown): void
}

/** Lets go of what a stream holds. It is called once, however the stream ends. */
export type Release = () => void

/** Answers a request, or throws a coded error. */
export type UnaryHandler<Request, Answer> = (
  request: Request,
  call: Call,
) => Answer | Promise<Answer>

/** Begins a stream; it goes on until one side ends it. */
export type StreamHandler<Request, Answer> = (
  request: Request,
  stream: ServerStream<Answer>,
) => Release | Promise<Release>

type HandlerOf<M> =
  M extends UnaryMethod<infer Request, infer Answer>
    ? UnaryHandler<Request, Answer>
    : M extends StreamMethod<infer Request, infer Answer>
      ? StreamHandler<Request, Answer>
      : never

/** A handler for every method of a service. */
export type Handlers<Methods extends MethodTable> = {
  readonly [Name in keyof Methods]: HandlerOf<Methods[Name]>
}

/** A method and what it does. */
export interface BoundMethod {
  readonly path: string
  readonly method: Method
  readonly handler: (request: unknown, stream: ServerStream<unknown>) => unknown
}

/** A service that can be served. */
export interface Implementation {
  readonly name: string
  readonly methods: ReadonlyMap<string, BoundMethod>
}

/** Puts a service together with what it does. */
export function implement<const Methods extends MethodTable>(
  { name, methods }: Service<Methods>,
  handlers: Handlers<Methods>,
): Implementation {
  const bound = Object.entries(methods).map(([key, method]) => {
    const handler = handlers[key] as BoundMethod['handler']
    return [key, { path: pathOf(name, key), method, handler }] as const
  })
  return { name, methods: new Map(bound) }
}

/** For a method that is known and not done here. */
export function unimplemented(_request: unknown, call: Call): never {
  const method = call.path.slice(call.path.lastIndexOf('/') + 1)
  throw statusError('unimplemented', `method ${method} not implemented`)
}
