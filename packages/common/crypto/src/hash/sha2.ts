/** What the members of the SHA-2 family share: digests of whole messages, and hashers. */

import { assert } from '@wadi/base/errors'
import type { KernelMemory } from '@wadi/base/wasm/instantiate'
import { PAGE_BYTES } from '@wadi/base/wasm/module'
import type { Hasher, HashFunction } from './hashFunction.ts'

/** A kernel's functions; pointers are offsets into its memory. */
export interface Sha2Kernel {
  readonly memory: KernelMemory
  compress(state: number, block: number, count: number): void
  /** Absorbs the tail and the padding and writes the digest, not yet cut to its size. */
  finish(state: number, tail: number, tailSize: number, size: bigint, target: number): void
  hash(initial: number, message: number, size: number, target: number): void
}

/** What the kernels of the family have at the same place, behind their own tables and scratch. */
export const SHA2_INITIAL = 2048
const STATE = 3072
const DIGEST = 3584
const INPUT: number = PAGE_BYTES
/** Longer messages go through the kernel in pieces of this size: a whole number of blocks. */
const INPUT_BYTES: number = PAGE_BYTES
export const SHA2_PAGES = 2

/** One hash function of the family. */
export interface Sha2Variant {
  readonly blockBytes: number
  readonly stateBytes: number
  readonly digestBytes: number
  /** Where in the kernel the state before the first block lies. */
  readonly initial: number
  /** Starts the kernel or gives the one that runs. */
  readonly kernel: () => Sha2Kernel
}

/** The hash function of a variant. */
export function createSha2(variant: Sha2Variant): HashFunction {
  const { blockBytes, digestBytes, initial } = variant
  let kernel: Sha2Kernel | undefined
  let memory = new Uint8Array(0)
  const start = (): Sha2Kernel => {
    kernel = variant.kernel()
    memory = new Uint8Array(kernel.memory.buffer)
    return kernel
  }
  const hashInput = (running: Sha2Kernel, size: number): Uint8Array => {
    running.hash(initial, INPUT, size, DIGEST)
    return memory.slice(DIGEST, DIGEST + digestBytes)
  }
  return {
    blockBytes,
    digestBytes,
    hash: (message) => {
      if (message.length > INPUT_BYTES) return new Sha2Hasher(variant).update(message).finish()
      const running = kernel ?? start()
      memory.set(message, INPUT)
      return hashInput(running, message.length)
    },
    hashParts: (...parts) => {
      let size = 0
      for (const part of parts) size += part.length
      if (size > INPUT_BYTES) {
        const hasher = new Sha2Hasher(variant)
        for (const part of parts) hasher.update(part)
        return hasher.finish()
      }
      const running = kernel ?? start()
      let at = INPUT
      for (const part of parts) {
        memory.set(part, at)
        at += part.length
      }
      return hashInput(running, size)
    },
    create: () => new Sha2Hasher(variant),
  }
}

/** A message on its way. The state is its own; it is in the kernel only during a call. */
class Sha2Hasher implements Hasher {
  readonly #variant: Sha2Variant
  readonly #kernel: Sha2Kernel
  readonly #memory: Uint8Array
  readonly #state: Uint8Array
  readonly #tail: Uint8Array
  #size = 0
  #isFinished = false

  constructor(variant: Sha2Variant) {
    this.#variant = variant
    this.#kernel = variant.kernel()
    this.#memory = new Uint8Array(this.#kernel.memory.buffer)
    this.#state = this.#memory.slice(variant.initial, variant.initial + variant.stateBytes)
    this.#tail = new Uint8Array(variant.blockBytes)
  }

  update(piece: Uint8Array): this {
    assert(!this.#isFinished, 'hash: update after finish')
    const { blockBytes } = this.#variant
    const tailSize = this.#size % blockBytes
    this.#size += piece.length
    const taken = Math.min((blockBytes - tailSize) % blockBytes, piece.length)
    this.#tail.set(piece.subarray(0, taken), tailSize)
    if (taken > 0 && tailSize + taken === blockBytes) this.#compress(this.#tail)
    const whole = piece.length - ((piece.length - taken) % blockBytes)
    for (let at = taken; at < whole; at += INPUT_BYTES)
      this.#compress(piece.subarray(at, Math.min(at + INPUT_BYTES, whole)))
    this.#tail.set(piece.subarray(whole))
    return this
  }

  finish(): Uint8Array {
    assert(!this.#isFinished, 'hash: finish after finish')
    this.#isFinished = true
    const { blockBytes, digestBytes } = this.#variant
    const tailSize = this.#size % blockBytes
    this.#memory.set(this.#state, STATE)
    this.#memory.set(this.#tail, INPUT)
    this.#kernel.finish(STATE, INPUT, tailSize, BigInt(this.#size), DIGEST)
    return this.#memory.slice(DIGEST, DIGEST + digestBytes)
  }

  clone(): Hasher {
    assert(!this.#isFinished, 'hash: clone after finish')
    const twin = new Sha2Hasher(this.#variant)
    twin.#state.set(this.#state)
    twin.#tail.set(this.#tail)
    twin.#size = this.#size
    return twin
  }

  #compress(blocks: Uint8Array): void {
    this.#memory.set(this.#state, STATE)
    this.#memory.set(blocks, INPUT)
    this.#kernel.compress(STATE, INPUT, blocks.length / this.#variant.blockBytes)
    this.#state.set(this.#memory.subarray(STATE, STATE + this.#state.length))
  }
}
