/** Where two threads meet: each brings something, and waits without a turn of its event loop. */

import { type MessagePort, receiveMessageOnPort, type Transferable } from 'node:worker_threads'
import { assert } from '@wadi/base/errors'

/** What a thread needs to meet the other one. */
export interface MeetingPlace {
  readonly side: 0 | 1
  /** To the other thread. */
  readonly port: MessagePort
  /** Two words: how often each side has come. */
  readonly counts: SharedArrayBuffer
}

/** A place of each of two threads. */
export function newMeetingPlaces(): readonly [MeetingPlace, MeetingPlace] {
  const { port1, port2 } = new MessageChannel()
  const counts = new SharedArrayBuffer(8)
  return [
    { side: 0, port: port1, counts },
    { side: 1, port: port2, counts },
  ]
}

/** One thread's side of all meetings. */
export class Meeting {
  readonly #side: 0 | 1
  readonly #port: MessagePort
  readonly #counts: Int32Array<SharedArrayBuffer>
  #count = 0

  constructor({ side, port, counts }: MeetingPlace) {
    this.#side = side
    this.#port = port
    this.#counts = new Int32Array(counts)
  }

  /** Hands something over, and waits for what the other thread hands over at the same meeting. */
  exchange<T>(mine: T, transferred: Transferable[]): T {
    const other = 1 - this.#side
    this.#count++
    this.#port.postMessage(mine, transferred)
    Atomics.store(this.#counts, this.#side, this.#count)
    Atomics.notify(this.#counts, this.#side)
    for (;;) {
      const count = Atomics.load(this.#counts, other)
      if (count >= this.#count) break
      Atomics.wait(this.#counts, other, count)
    }
    const received = receiveMessageOnPort(this.#port) as { readonly message: T } | undefined
    assert(received !== undefined, 'who has come has brought something')
    return received.message
  }
}
