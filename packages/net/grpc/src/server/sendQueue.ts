/** What waits to be sent to the client of a stream. */

/** What a queue asks of its stream. */
export interface QueueOwner {
  /** May so many bytes more be held? */
  hold(bytes: number): boolean
  /** They are held no more. */
  unhold(bytes: number): void
  write(frames: Uint8Array, written: () => void): void
  /** Everything that was queued is written. */
  drained(): void
}

export interface QueueBounds {
  readonly countMax: number
  readonly bytesMax: number
}

/** Messages go out at once; while the client has no room for them they wait, so many at most. */
export class SendQueue {
  readonly #owner: QueueOwner
  readonly #bounds: QueueBounds
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #isWriting = false

  constructor(owner: QueueOwner, bounds: QueueBounds) {
    this.#owner = owner
    this.#bounds = bounds
  }

  /** Is nothing being written and nothing waiting? */
  get isEmpty(): boolean {
    return !this.#isWriting
  }

  /** False if there is no room. A message of any size has room where none waits. */
  push(frame: Uint8Array): boolean {
    const { countMax, bytesMax } = this.#bounds
    const count = this.#waiting.length
    if (count >= countMax) return false
    if (count > 0 && this.#waitingBytes + frame.length > bytesMax) return false
    if (!this.#owner.hold(frame.length)) return false
    if (!this.#isWriting) {
      this.#write(frame)
      return true
    }
    this.#waiting.push(frame)
    this.#waitingBytes += frame.length
    return true
  }

  /** Forgets what waits. What is being written can no longer be taken back. */
  drop(): void {
    this.#owner.unhold(this.#waitingBytes)
    this.#waiting = []
    this.#waitingBytes = 0
  }

  #write(frames: Uint8Array): void {
    this.#isWriting = true
    this.#owner.write(frames, () => {
      this.#owner.unhold(frames.length)
      this.#next()
    })
  }

  /** All that waits goes out as one. */
  #next(): void {
    const [first, ...others] = this.#waiting
    this.#isWriting = false
    if (first === undefined) {
      this.#owner.drained()
      return
    }
    const frames = others.length === 0 ? first : Buffer.concat(this.#waiting)
    this.#waiting = []
    this.#waitingBytes = 0
    this.#write(frames)
  }
}
