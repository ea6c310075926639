/**
 * Somebody who is told of something: first what is there, as fast as it is taken, then what
 * happens. What happens meanwhile waits, up to a bound.
 */

import { errors } from '../errors.ts'
import { WATCH_BACKLOG_BYTES_MAX, WATCH_BACKLOG_COUNT_MAX, WATCH_BURST_MAX } from '../limits.ts'

/** Where encoded items go. What waits there has a bound of its own. */
export interface Sink {
  /** False: the stream is over, and nothing more is wanted. */
  send(item: Uint8Array): boolean
  /** When nothing waits any more, or the stream is over. */
  drained(): Promise<void>
  /** There are no more items, and this is why. */
  fail(error: unknown): void
}

/** See the top of this file. */
export class Watcher {
  readonly #sink: Sink
  #first: Iterator<Uint8Array> | undefined
  /** Undefined when everything goes out at once. */
  #backlog: Uint8Array[] | undefined = []
  #backlogBytes = 0
  #isOver = false

  constructor(sink: Sink, first: Iterable<Uint8Array>) {
    this.#sink = sink
    this.#first = first[Symbol.iterator]()
    this.#pump()
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Something has happened. */
  tell(item: Uint8Array): void {
    if (this.#isOver) return
    const backlog = this.#backlog
    if (backlog === undefined) {
      this.#send(item)
      return
    }
    backlog.push(item)
    this.#backlogBytes += item.length
    const isTooMuch =
      backlog.length > WATCH_BACKLOG_COUNT_MAX || this.#backlogBytes > WATCH_BACKLOG_BYTES_MAX
    if (isTooMuch) this.fail(errors.tooSlow())
  }

  fail(error: unknown): void {
    if (this.#isOver) return
    this.end()
    this.#sink.fail(error)
  }

  /** Nobody watches any more. */
  end(): void {
    this.#isOver = true
    this.#first = undefined
    this.#backlog = undefined
  }

  #send(item: Uint8Array): void {
    if (!this.#sink.send(item)) this.end()
  }

  /** Sends as much as may go out now, and comes back for the rest. */
  #pump(): void {
    try {
      for (let sent = 0; sent < WATCH_BURST_MAX; sent++) {
        const next = this.#take()
        if (next === undefined) {
          this.#backlog = undefined
          return
        }
        this.#send(next)
        if (this.#isOver) return
      }
    } catch (error) {
      this.fail(error)
      return
    }
    this.#sink.drained().then(
      () => {
        if (!this.#isOver) this.#pump()
      },
      (error: unknown) => this.fail(error),
    )
  }

  #take(): Uint8Array | undefined {
    const result = this.#first?.next()
    if (result !== undefined && result.done !== true) return result.value
    this.#first = undefined
    const item = this.#backlog?.shift()
    this.#backlogBytes -= item?.length ?? 0
    return item
  }
}
