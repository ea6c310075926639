/**
 * Frames of a secret connection. Each is sealed alone and all are of one size:
 *
 *   sealed( length u32 LE ‖ data ‖ zeros up to 1024 ) ‖ tag,   nonce = 4 zeros ‖ counter u64 LE
 */

import { EMPTY_BYTES } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { type AeadKey, TAG_BYTES } from '@wadi/crypto/aead/aead'
import { errors } from '../errors.ts'
import { FRAME_DATA_BYTES_MAX } from '../limits.ts'

const LENGTH_BYTES = 4
const FRAME_BYTES = LENGTH_BYTES + FRAME_DATA_BYTES_MAX
/** Bytes of a frame on the wire. */
export const SEALED_BYTES = FRAME_BYTES + TAG_BYTES
const NONCE_BYTES = 12

/** The nonce of the next frame. It never comes round again: the session ends before. */
class Nonce {
  readonly bytes: Uint8Array = new Uint8Array(NONCE_BYTES)
  readonly #view = new DataView(this.bytes.buffer)
  #isUsedUp = false

  constructor(start: bigint) {
    this.#view.setBigUint64(4, start, true)
  }

  /** Lends the bytes for one frame. */
  use<T>(run: (nonce: Uint8Array) => T): T {
    if (this.#isUsedUp) throw errors.usedUp()
    const result = run(this.bytes)
    const low = (this.#view.getUint32(4, true) + 1) >>> 0
    this.#view.setUint32(4, low, true)
    if (low === 0) {
      const high = (this.#view.getUint32(8, true) + 1) >>> 0
      this.#view.setUint32(8, high, true)
      this.#isUsedUp = high === 0
    }
    return result
  }
}

/**
 * Seals what one side sends.
 * PERF: with keys that write into targets, sealing a batch and opening it takes 0.68 of the time.
 */
export class FrameSealer {
  readonly #key: AeadKey
  readonly #nonce: Nonce
  readonly #frame = new Uint8Array(FRAME_BYTES)
  readonly #view = new DataView(this.#frame.buffer)

  constructor(key: AeadKey, start = 0n) {
    this.#key = key
    this.#nonce = new Nonce(start)
  }

  /** As many frames as the data needs, one behind the other. */
  seal(data: Uint8Array): Uint8Array {
    const count = Math.ceil(data.length / FRAME_DATA_BYTES_MAX)
    const sealed = new Uint8Array(count * SEALED_BYTES)
    for (let i = 0; i < count; i++) {
      const start = i * FRAME_DATA_BYTES_MAX
      const part = data.subarray(start, start + FRAME_DATA_BYTES_MAX)
      this.#view.setUint32(0, part.length, true)
      this.#frame.set(part, LENGTH_BYTES)
      this.#frame.fill(0, LENGTH_BYTES + part.length)
      const target = sealed.subarray(i * SEALED_BYTES, (i + 1) * SEALED_BYTES)
      this.#nonce.use((nonce) => this.#sealOne(nonce, target))
    }
    return sealed
  }

  #sealOne(nonce: Uint8Array, target: Uint8Array): void {
    if (this.#key.sealInto !== undefined) this.#key.sealInto(nonce, this.#frame, target)
    else target.set(this.#key.seal(nonce, this.#frame, EMPTY_BYTES))
  }
}

/** Opens what the other side sealed. */
export class FrameOpener {
  readonly #key: AeadKey
  readonly #nonce: Nonce
  /** The beginning of a frame that has not come whole. */
  readonly #partial = new Uint8Array(SEALED_BYTES)
  #partialSize = 0
  readonly #frame = new Uint8Array(FRAME_BYTES)
  readonly #view = new DataView(this.#frame.buffer)
  /** What was lent last. */
  #room: Uint8Array = EMPTY_BYTES

  constructor(key: AeadKey, start = 0n) {
    this.#key = key
    this.#nonce = new Nonce(start)
  }

  /** The data of the frames that these bytes complete. */
  open(bytes: Uint8Array): Uint8Array {
    const data = new Uint8Array(this.#roomFor(bytes))
    return data.subarray(0, this.#openAll(bytes, data, 0))
  }

  /**
   * As {@link open}, with the data behind bytes that were left of the last ones. The result is
   * only lent: the next call overwrites it.
   * PERF: 0.26 of what it takes to open into new bytes and to put those behind the others.
   */
  openBehind(before: Uint8Array, bytes: Uint8Array): Uint8Array {
    const needed = before.length + this.#roomFor(bytes)
    const isThere = needed <= this.#room.length
    const room = isThere ? this.#room : new Uint8Array(Math.max(needed, 2 * this.#room.length))
    room.set(before)
    this.#room = room
    return room.subarray(0, this.#openAll(bytes, room, before.length))
  }

  #roomFor({ length }: Uint8Array): number {
    return Math.floor((this.#partialSize + length) / SEALED_BYTES) * FRAME_DATA_BYTES_MAX
  }

  /** Opens what is whole into the target; gives the end of it. */
  #openAll(bytes: Uint8Array, target: Uint8Array, start: number): number {
    const count = Math.floor((this.#partialSize + bytes.length) / SEALED_BYTES)
    let end = start
    let at = 0
    for (let i = 0; i < count; i++) {
      const missing = SEALED_BYTES - this.#partialSize
      const isWhole = this.#partialSize === 0
      if (!isWhole) this.#keep(bytes.subarray(at, at + missing))
      const sealed = isWhole ? bytes.subarray(at, at + SEALED_BYTES) : this.#partial
      at += missing
      this.#partialSize = 0
      end += this.#openOne(sealed, target, end)
    }
    this.#keep(bytes.subarray(at))
    return end
  }

  #keep(bytes: Uint8Array): void {
    this.#partial.set(bytes, this.#partialSize)
    this.#partialSize += bytes.length
  }

  #openOne(sealed: Uint8Array, target: Uint8Array, at: number): number {
    this.#nonce.use((nonce) => this.#tryOpen(nonce, sealed))
    const size = this.#view.getUint32(0, true)
    if (size > FRAME_DATA_BYTES_MAX) throw errors.badFrameLength(`${size} bytes`)
    target.set(this.#frame.subarray(LENGTH_BYTES, LENGTH_BYTES + size), at)
    return size
  }

  #tryOpen(nonce: Uint8Array, sealed: Uint8Array): void {
    try {
      if (this.#key.openInto !== undefined) this.#key.openInto(nonce, sealed, this.#frame)
      else this.#frame.set(this.#key.open(nonce, sealed, EMPTY_BYTES))
    } catch (error) {
      if (error instanceof CodedError) throw errors.badFrame()
      throw error
    }
  }
}
