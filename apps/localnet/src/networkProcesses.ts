/** The nodes of a network that run: each by its name, begun and ended as somebody wants. */

import { assert } from '@wadi/base/errors'
import { type LocalNode, nodeElsewhere, nodeHere } from './localNode.ts'
import type { NodePlace } from './networkFiles.ts'

/** See the top of this file. */
export class NetworkProcesses {
  readonly #places: readonly NodePlace[]
  readonly #open: (place: NodePlace) => LocalNode
  readonly #running = new Map<string, LocalNode>()
  readonly #failed = Promise.withResolvers<unknown>()

  constructor(places: readonly NodePlace[], processes: 'one' | 'each') {
    this.#places = places
    this.#open = processes === 'one' ? nodeHere : nodeElsewhere
  }

  /** Why a node ended that was not asked to; never resolves otherwise. */
  get failed(): Promise<unknown> {
    return this.#failed.promise
  }

  /** Answers when the node can be called, or its process has begun. */
  async startNode(name: string): Promise<void> {
    const place = this.#places.find((each) => each.name === name)
    assert(place !== undefined && !this.#running.has(name), 'a node is there, and does not run')
    const node = this.#open(place)
    this.#running.set(name, node)
    void node.failed.then(this.#failed.resolve)
    await node.start()
  }

  async stopNode(name: string): Promise<void> {
    const node = this.#running.get(name)
    this.#running.delete(name)
    await node?.stop()
  }

  /** Ends a node that has a process of its own at once, with no time to put anything in order. */
  async killNode(name: string): Promise<void> {
    const node = this.#running.get(name)
    await node?.kill()
    this.#running.delete(name)
  }

  async stop(): Promise<void> {
    await Promise.all(this.#places.map(({ name }) => this.stopNode(name)))
  }
}
