/** A service at the other end of a transport, with the types of its table. */

import {
  type MethodTable,
  pathOf,
  type Service,
  type StreamMethod,
  type UnaryMethod,
} from '../service.ts'
import type { CallTransport } from './callTransport.ts'
import type { CallOptions } from './options.ts'

/** What says nothing need not be said. */
type Arguments<Request> = undefined extends Request
  ? [request?: Request, options?: CallOptions]
  : [request: Request, options?: CallOptions]

type Caller<M> =
  M extends UnaryMethod<infer Request, infer Answer>
    ? (...given: Arguments<Request>) => Promise<Answer>
    : M extends StreamMethod<infer Request, infer Answer>
      ? (...given: Arguments<Request>) => AsyncIterableIterator<Answer>
      : never

/** The methods of a service, as functions. */
export type Client<Methods extends MethodTable> = {
  readonly [Name in keyof Methods]: Caller<Methods[Name]>
}

/** A client for a service. */
export function createClient<const Methods extends MethodTable>(
  transport: CallTransport,
  { name, methods }: Service<Methods>,
): Client<Methods> {
  const callers = Object.entries(methods).map(([key, { kind, request, answer }]) => {
    const path = pathOf(name, key)
    const ask = async (value: unknown, options?: CallOptions) =>
      answer.decode(await transport.unary(path, request.encode(value), options))
    const watch = (value: unknown, options?: CallOptions) => {
      const answers = transport.stream(path, request.encode(value), options)
      return decoded(answers, (bytes) => answer.decode(bytes))
    }
    return [key, kind === 'unary' ? ask : watch]
  })
  return Object.fromEntries(callers) as Client<Methods>
}

/** The answers as values. One that cannot be read ends the stream. */
function decoded(
  answers: AsyncIterableIterator<Uint8Array>,
  decode: (bytes: Uint8Array) => unknown,
): AsyncIterableIterator<unknown> {
  return {
    async next() {
      const result = await answers.next()
      if (result.done === true) return { done: true, value: undefined }
      try {
        return { done: false, value: decode(result.value) }
      } catch (error) {
        await answers.return?.()
        throw error
      }
    },
    async return() {
      await answers.return?.()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
