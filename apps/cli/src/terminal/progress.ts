/** What is waited for, once that takes longer than a moment. */

import type { CommandWorld } from '@wadi/node-config/command'
import { QUIET_MS } from '../limits.ts'

const CLEAR = '\r\u001B[K'
const MS_PER_SECOND = 1_000

/** Where it is said: in a line that is written over on a terminal, once elsewhere. */
export type ProgressStream = CommandWorld['err'] & {
  readonly isTTY?: boolean | undefined
}

/** See the top of this file. Of several works that go on at once the first is named. */
export class Progress {
  readonly #stream: ProgressStream
  readonly #works = new Set<{ readonly what: () => string }>()
  #timer: ReturnType<typeof setInterval> | undefined
  #beganAtMs = 0
  #said = ''

  constructor(stream: ProgressStream) {
    this.#stream = stream
  }

  /** Waits for the work, and says so. */
  async during<T>(what: string | (() => string), work: Promise<T>): Promise<T> {
    const entry = { what: typeof what === 'string' ? () => what : what }
    this.#works.add(entry)
    if (this.#works.size === 1) this.#begin()
    try {
      return await work
    } finally {
      this.#works.delete(entry)
      if (this.#works.size === 0) this.#end()
    }
  }

  #begin(): void {
    this.#beganAtMs = performance.now()
    this.#timer = setInterval(() => this.#say(), QUIET_MS)
  }

  #say(): void {
    const [first] = this.#works
    if (first === undefined) return
    const what = first.what()
    if (this.#stream.isTTY === true) {
      const seconds = Math.round((performance.now() - this.#beganAtMs) / MS_PER_SECOND)
      this.#stream.write(`${CLEAR}${what} … ${seconds} s`)
    } else if (this.#said === '') this.#stream.write(`${what} …\n`)
    this.#said = what
  }

  #end(): void {
    clearInterval(this.#timer)
    if (this.#said !== '' && this.#stream.isTTY === true) this.#stream.write(CLEAR)
    this.#said = ''
  }
}
