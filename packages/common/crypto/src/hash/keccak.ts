/** The running Keccak kernel, and sponges that absorb and squeeze through it. */

import { assert } from '@wadi/base/errors'
import { instantiate, type KernelMemory } from '@wadi/base/wasm/instantiate'
import { ModuleBuilder, PAGE_BYTES } from '@wadi/base/wasm/module'
import {
  addKeccak,
  KECCAK_CONSTANT_BYTES,
  KECCAK_STATE_BYTES,
  type KeccakSponge,
} from './keccakKernel.ts'

const STATE = 1024
const INPUT = PAGE_BYTES
/** Longer messages go through the kernel in pieces; a piece is cut to whole blocks. */
const INPUT_BYTES = PAGE_BYTES

interface KeccakKernel {
  readonly memory: KernelMemory
  permute(state: number): void
  absorb(state: number, block: number, end: number, rate: number): void
  finish(state: number, tail: number, tailSize: number, rate: number, suffix: number): void
}

interface RunningKernel {
  readonly kernel: KeccakKernel
  readonly memory: Uint8Array
}

let running: RunningKernel | undefined

function start(): RunningKernel {
  const m = new ModuleBuilder({ pagesMin: 2, pagesMax: 2 })
  const functions = addKeccak(m, { constants: 0, scratch: KECCAK_CONSTANT_BYTES })
  for (const name of ['permute', 'absorb', 'finish'] as const) {
    const target = functions[name]
    m.function({ name, params: target.signature.params }, (f, ...args) => f.run(target, ...args))
  }
  const kernel = instantiate<KeccakKernel>(m)
  return { kernel, memory: new Uint8Array(kernel.memory.buffer) }
}

/** Keccak-f[1600] on a state of 200 bytes, in place. */
export function permuteKeccak(state: Uint8Array): void {
  assert(state.length === KECCAK_STATE_BYTES, 'keccak: the state has 200 bytes')
  running ??= start()
  const { kernel, memory } = running
  memory.set(state, STATE)
  kernel.permute(STATE)
  state.set(memory.subarray(STATE, STATE + KECCAK_STATE_BYTES))
}

/** The first bytes that a sponge gives for a whole message. */
export function hashKeccak(
  sponge: KeccakSponge,
  parts: readonly Uint8Array[],
  digestBytes: number,
): Uint8Array {
  let size = 0
  for (const part of parts) size += part.length
  const { rate, suffix } = sponge
  if (size > INPUT_BYTES || digestBytes > rate) return hashLong(sponge, parts, digestBytes)
  running ??= start()
  const { kernel, memory } = running
  let end = INPUT
  for (const part of parts) {
    memory.set(part, end)
    end += part.length
  }
  memory.fill(0, STATE, STATE + KECCAK_STATE_BYTES)
  const tail = end - (size % rate)
  kernel.absorb(STATE, INPUT, tail, rate)
  kernel.finish(STATE, tail, end - tail, rate, suffix)
  return memory.slice(STATE, STATE + digestBytes)
}

function hashLong(
  sponge: KeccakSponge,
  parts: readonly Uint8Array[],
  digestBytes: number,
): Uint8Array {
  const hasher = new KeccakState(sponge)
  for (const part of parts) hasher.absorb(part)
  return hasher.squeeze(digestBytes)
}

/** A sponge with a life: absorbs, then squeezes as much as one likes. */
export class KeccakState {
  readonly #sponge: KeccakSponge
  readonly #state = new Uint8Array(KECCAK_STATE_BYTES)
  /** What has been absorbed of the current block, or squeezed of it. */
  readonly #block: Uint8Array
  #size = 0
  #isSqueezing = false

  constructor(sponge: KeccakSponge) {
    this.#sponge = sponge
    this.#block = new Uint8Array(sponge.rate)
    running ??= start()
  }

  /** Takes the next piece of the message. */
  absorb(piece: Uint8Array): this {
    assert(!this.#isSqueezing, 'keccak: absorb after squeeze')
    const { rate } = this.#sponge
    const taken = Math.min((rate - this.#size) % rate, piece.length)
    this.#block.set(piece.subarray(0, taken), this.#size)
    this.#size += taken
    if (this.#size === rate) {
      this.#absorbBlocks(this.#block)
      this.#size = 0
    }
    const whole = piece.length - ((piece.length - taken) % rate)
    const step = INPUT_BYTES - (INPUT_BYTES % rate)
    for (let at = taken; at < whole; at += step)
      this.#absorbBlocks(piece.subarray(at, Math.min(at + step, whole)))
    this.#block.set(piece.subarray(whole), this.#size)
    this.#size += piece.length - whole
    return this
  }

  /** The next bytes of the digest. */
  squeeze(size: number): Uint8Array {
    const { rate } = this.#sponge
    if (!this.#isSqueezing) this.#finish()
    const bytes = new Uint8Array(size)
    for (let at = 0; at < size; ) {
      if (this.#size === rate) {
        permuteKeccak(this.#state)
        this.#size = 0
      }
      const piece = this.#state.subarray(this.#size, Math.min(rate, this.#size + size - at))
      bytes.set(piece, at)
      this.#size += piece.length
      at += piece.length
    }
    return bytes
  }

  /** A second sponge in the same state. */
  clone(): KeccakState {
    const twin = new KeccakState(this.#sponge)
    twin.#state.set(this.#state)
    twin.#block.set(this.#block)
    twin.#size = this.#size
    twin.#isSqueezing = this.#isSqueezing
    return twin
  }

  #absorbBlocks(blocks: Uint8Array): void {
    const { kernel, memory } = running!
    memory.set(this.#state, STATE)
    memory.set(blocks, INPUT)
    kernel.absorb(STATE, INPUT, INPUT + blocks.length, this.#sponge.rate)
    this.#state.set(memory.subarray(STATE, STATE + KECCAK_STATE_BYTES))
  }

  #finish(): void {
    const { rate, suffix } = this.#sponge
    const { kernel, memory } = running!
    memory.set(this.#state, STATE)
    memory.set(this.#block, INPUT)
    kernel.finish(STATE, INPUT, this.#size, rate, suffix)
    this.#state.set(memory.subarray(STATE, STATE + KECCAK_STATE_BYTES))
    this.#size = 0
    this.#isSqueezing = true
  }
}
