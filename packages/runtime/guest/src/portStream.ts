/** A stream over a port between two threads. */

import { Duplex } from 'node:stream'
import type { MessagePort } from 'node:worker_threads'
import { errors } from './errors.ts'
import { PORT_PIECE_BYTES_MAX, PORT_ROOM_BYTES } from './limits.ts'

/** From this size on, handing memory over takes less than copying it. */
const HAND_OVER_BYTES_MIN = 16_384

/** Whoever waits has sent all the room there is, which is more. */
const CONFIRMED_BYTES_MIN = PORT_ROOM_BYTES / 2

const OPEN = 'open'
const END = 'end'

/**
 * A port has no end to what may wait in it. So each side tells the other how much it has taken out,
 * and sends nothing more as long as {@link PORT_ROOM_BYTES} are not. Who does not keep to that is
 * refused; who keeps to it and waits, waits for the other side.
 *
 * What is written is handed over where it is large and has its memory for itself: the writer must
 * not use it again.
 */
export class PortStream extends Duplex {
  readonly #port: MessagePort
  readonly #opened = Promise.withResolvers<void>()
  /** Sent, and not yet taken out over there. */
  #unconfirmed = 0
  /** Has come, and is not yet confirmed. */
  #unconfirmedHere = 0
  #goOn: (() => void) | undefined
  #hasEnded = false

  constructor(port: MessagePort) {
    super({ allowHalfOpen: true })
    this.#port = port
    this.#opened.promise.catch(() => undefined)
    port.on('message', (message: unknown) => this.#take(message))
    port.on('close', () => this.#lose())
    port.postMessage(OPEN)
  }

  /** Resolves when the other side listens. */
  get opened(): Promise<void> {
    return this.#opened.promise
  }

  override _write(piece: Buffer, _encoding: string, done: (error?: Error) => void): void {
    const { buffer, byteLength } = piece
    const isWhole = buffer.byteLength === byteLength && byteLength >= HAND_OVER_BYTES_MIN
    this.#unconfirmed += byteLength
    this.#port.postMessage(piece, isWhole ? [buffer as ArrayBuffer] : [])
    if (this.#unconfirmed < PORT_ROOM_BYTES) done()
    else this.#goOn = done
  }

  override _final(done: () => void): void {
    this.#port.postMessage(END)
    done()
  }

  override _read(): void {
    this.#confirm()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#port.close()
    this.#opened.reject(errors.portClosed())
    this.#goOn?.()
    done(error)
  }

  #take(message: unknown): void {
    if (this.destroyed || this.#hasEnded) return
    if (message instanceof Uint8Array) this.#takePiece(message)
    else if (typeof message === 'number') this.#takeConfirmation(message)
    else if (message === OPEN) this.#opened.resolve()
    else if (message === END) this.#end()
    else this.destroy(errors.malformedMessage('over a port'))
  }

  #takePiece(piece: Uint8Array): void {
    if (this.#unconfirmedHere >= PORT_ROOM_BYTES || piece.length > PORT_PIECE_BYTES_MAX) {
      this.destroy(errors.flood(`${this.#unconfirmedHere} bytes and ${piece.length} more`))
      return
    }
    this.#unconfirmedHere += piece.length
    if (this.push(piece)) this.#confirm()
  }

  #takeConfirmation(size: number): void {
    if (!(size > 0 && size <= this.#unconfirmed)) {
      this.destroy(errors.malformedMessage('over a port'))
      return
    }
    this.#unconfirmed -= size
    if (this.#unconfirmed >= PORT_ROOM_BYTES) return
    const goOn = this.#goOn
    this.#goOn = undefined
    goOn?.()
  }

  /** Confirms what has been taken out, once it is worth a message. */
  #confirm(): void {
    if (this.#unconfirmedHere < CONFIRMED_BYTES_MIN || this.destroyed) return
    this.#port.postMessage(this.#unconfirmedHere)
    this.#unconfirmedHere = 0
  }

  /** The other side has gone, with a word or without. */
  #lose(): void {
    this.#opened.reject(errors.portClosed())
    if (!this.#hasEnded && !this.destroyed) this.#end()
    this.#goOn?.()
  }

  #end(): void {
    this.#hasEnded = true
    this.push(null)
  }
}
