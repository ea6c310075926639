/**
 * Go's math/rand (version 1) over a cryptographic stream: what elections shuffle with.
 * COMPAT(oasis-core): the two ways of bounding a number, and the blocks in which the stream is
 * read, are the Go library's and the reference's; each choice shows in the elected committee.
 */

import { assert } from '@wadi/base/errors'
import { MATH_RAND_BOUND_MAX } from '../limits.ts'

/** A stream of bytes whose state moves on with every request. */
export interface ByteStream {
  generate(size: number): Uint8Array
}

/** The stream is read in blocks of 128 words of 64 bits. */
const BLOCK_BYTES = 1024

export class MathRand {
  readonly #stream: ByteStream
  #block: DataView
  #at = 0

  constructor(stream: ByteStream) {
    this.#stream = stream
    this.#block = this.#nextBlock()
  }

  /** A permutation of the numbers below `count`. */
  perm(count: number): number[] {
    const permutation: number[] = []
    assert(Number.isInteger(count) && count >= 0, 'mathRand: bad count')
    // COMPAT(math/rand): the first step draws as well, although it has nothing to choose.
    for (let i = 0; i < count; i++) {
      const j = this.intn(i + 1)
      permutation[i] = permutation[j] ?? i
      permutation[j] = i
    }
    return permutation
  }

  /** Shuffles what has `count` places by calling `swap` on pairs of them. */
  shuffle(count: number, swap: (i: number, j: number) => void): void {
    assert(
      Number.isInteger(count) && count >= 0 && count <= MATH_RAND_BOUND_MAX,
      'mathRand: bad count',
    )
    for (let i = count - 1; i > 0; i--) swap(i, this.#multiplyBound(i + 1))
  }

  /** A number below `bound`, by rejecting what would favour the small ones (Go's Intn). */
  intn(bound: number): number {
    assert(
      Number.isInteger(bound) && bound > 0 && bound <= MATH_RAND_BOUND_MAX,
      'mathRand: bad bound',
    )
    if ((bound & (bound - 1)) === 0) return this.#int31() & (bound - 1)
    const max = MATH_RAND_BOUND_MAX - (0x8000_0000 % bound)
    let value = this.#int31()
    while (value > max) value = this.#int31()
    return value % bound
  }

  /** A number below `bound` as Shuffle takes it: Lemire's multiplication. */
  #multiplyBound(bound: number): number {
    const factor = BigInt(bound)
    let product = BigInt(this.#uint32()) * factor
    let low = product & 0xffff_ffffn
    if (low < factor) {
      const threshold = (0x1_0000_0000n - factor) % factor
      while (low < threshold) {
        product = BigInt(this.#uint32()) * factor
        low = product & 0xffff_ffffn
      }
    }
    return Number(product >> 32n)
  }

  /** Bits 62 to 32 of the next word. */
  #int31(): number {
    const at = this.#nextWord()
    return this.#block.getUint32(at) & 0x7fff_ffff
  }

  /** Bits 62 to 31 of the next word. */
  #uint32(): number {
    const at = this.#nextWord()
    const [high, low] = [this.#block.getUint32(at), this.#block.getUint32(at + 4)]
    return ((high << 1) | (low >>> 31)) >>> 0
  }

  #nextWord(): number {
    if (this.#at === BLOCK_BYTES) {
      this.#block = this.#nextBlock()
      this.#at = 0
    }
    this.#at += 8
    return this.#at - 8
  }

  #nextBlock(): DataView {
    const bytes = this.#stream.generate(BLOCK_BYTES)
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
}
