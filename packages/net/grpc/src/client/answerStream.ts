/** The answers of a stream, in the pace of whoever reads them. */

import type { ClientCallEvents } from './clientCall.ts'
import type { OutgoingCall } from './outgoingCall.ts'

/** Somebody who waits for the next answer. */
interface Reader {
  readonly resolve: (result: IteratorResult<Uint8Array>) => void
  readonly reject: (error: Error) => void
}

const DONE: IteratorResult<Uint8Array> = { done: true, value: undefined }

export interface StreamParts {
  readonly unreadBytes: number
  readonly canceled: () => Error
  readonly begin: (events: ClientCallEvents) => OutgoingCall
}

/** See the top of this file. */
export class AnswerStream implements AsyncIterableIterator<Uint8Array> {
  readonly #parts: StreamParts
  readonly #call: OutgoingCall
  readonly #readers: Reader[] = []
  #unread: Uint8Array[] = []
  #unreadBytes = 0
  #isOver = false
  #error: Error | undefined

  constructor(parts: StreamParts) {
    this.#parts = parts
    this.#call = parts.begin({
      message: (message) => this.#hear(message),
      ended: (error) => this.#end(error),
    })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    const value = this.#unread.shift()
    if (value !== undefined) {
      this.#unreadBytes -= value.length
      if (this.#unread.length === 0) this.#call.resume()
      return Promise.resolve({ done: false, value })
    }
    if (!this.#isOver) {
      return new Promise((resolve, reject) => {
        this.#readers.push({ resolve, reject })
      })
    }
    const error = this.#error
    this.#error = undefined
    return error === undefined ? Promise.resolve(DONE) : Promise.reject(error)
  }

  /** Nobody wants more: the server is told. */
  return(): Promise<IteratorResult<Uint8Array>> {
    this.#unread = []
    this.#call.cancel(this.#parts.canceled())
    this.#error = undefined
    return Promise.resolve(DONE)
  }

  #hear(message: Uint8Array): void {
    const reader = this.#readers.shift()
    if (reader !== undefined) {
      reader.resolve({ done: false, value: message })
      return
    }
    this.#unread.push(message)
    this.#unreadBytes += message.length
    if (this.#unreadBytes > this.#parts.unreadBytes) this.#call.pause()
  }

  #end(error: Error | undefined): void {
    this.#isOver = true
    this.#error = error
    for (const { resolve, reject } of this.#readers.splice(0)) {
      if (this.#error === undefined) resolve(DONE)
      else reject(this.#error)
      this.#error = undefined
    }
  }
}
