/** Somebody who takes what is sent, as fast as a test wants. */

import type { Sink } from '../streams/watcher.ts'

/** Takes everything at once, unless it is held. */
export class TestSink implements Sink {
  readonly items: Uint8Array[] = []
  failure: unknown
  isOver = false
  #held: (() => void)[] | undefined

  /** From now on nothing is taken before {@link release}. */
  hold(): this {
    this.#held = []
    return this
  }

  release(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const resolve of held) resolve()
  }

  send(item: Uint8Array): boolean {
    if (this.isOver) return false
    this.items.push(item)
    return true
  }

  drained(): Promise<void> {
    const held = this.#held
    if (held === undefined) return Promise.resolve()
    return new Promise((resolve) => {
      held.push(resolve)
    })
  }

  fail(error: unknown): void {
    this.isOver = true
    this.failure = error
  }
}
