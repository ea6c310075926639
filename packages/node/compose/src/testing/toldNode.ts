/** A node that says what a test has it say. */

import { encode, type Schema } from '@wadi/cbor/codec'
import type { NodeApi } from '@wadi/node-api/node-api'

type Sink = Parameters<NodeApi['watch']>[2]

/** See the top of this file. */
export class ToldNode implements Pick<NodeApi, 'methods' | 'watch'> {
  readonly #synced = Promise.withResolvers<undefined>()
  readonly #sinks = new Map<string, Set<Sink>>()
  readonly methods: NodeApi['methods']

  constructor(methods: NodeApi['methods'] = {}) {
    const answer = () => this.#synced.promise
    const none = undefined as never
    this.methods = {
      ...methods,
      'NodeController/WaitSync': { request: none, response: none, answer },
    }
  }

  watch(name: string, _request: unknown, sink: Sink): () => void {
    const sinks = this.#sinks.get(name) ?? new Set()
    this.#sinks.set(name, sinks.add(sink))
    return () => void sinks.delete(sink)
  }

  /** Answers when all who waited for it have heard it. */
  async catchUp(): Promise<void> {
    this.#synced.resolve(undefined)
    await new Promise(setImmediate)
  }

  /** How many hear a stream. */
  heardBy(name: string): number {
    return this.#sinks.get(name)?.size ?? 0
  }

  tell<A>(name: string, item: Schema<A>, value: A): void {
    for (const sink of this.#sinks.get(name) ?? []) sink.send(encode(item, value))
  }

  /** A stream breaks off for everybody. */
  breakOff(name: string, error: unknown): void {
    const sinks = [...(this.#sinks.get(name) ?? [])]
    this.#sinks.delete(name)
    for (const sink of sinks) sink.fail(error)
  }
}
