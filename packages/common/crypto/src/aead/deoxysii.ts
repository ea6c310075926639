/**
 * Deoxys-II-256-128: the AEAD of confidential ParaTimes and of the key manager. A nonce used twice
 * under one key only shows which messages are equal.
 *
 * Constant time in key, nonce, text and tag; see the kernel for how. What a call leaves in the
 * kernel's memory is overwritten before the call returns.
 */

import { assert } from '@wadi/base/errors'
import { equalSecrets } from '../constantTime.ts'
import {
  type Aead,
  type AeadKey,
  checkKeySize,
  checkOpenInput,
  checkSealInput,
  errors,
  TAG_BYTES,
} from './aead.ts'
import {
  createDeoxysiiKernel,
  DATA_AT,
  DATA_BYTES,
  type DeoxysiiKernel,
  KEY_AT,
  NONCE_AT,
  type Permutation,
  PREFIX,
  SCHEDULE_AT,
  SCHEDULE_BYTES,
  SUM_AT,
  TAG_AT,
} from './deoxysiiKernel.ts'

const BLOCK = 16

/** A kernel with its memory, which never grows. */
interface Running {
  readonly kernel: DeoxysiiKernel
  readonly memory: Uint8Array
}

function start(permutation: Permutation): Running {
  const kernel = createDeoxysiiKernel(permutation)
  return { kernel, memory: new Uint8Array(kernel.memory.buffer) }
}

/** An engine without the relaxed instructions refuses the module; the portable one always works. */
function startBest(): Running {
  try {
    return start('relaxed')
  } catch {
    return start('portable')
  }
}

class DeoxysiiKey implements AeadKey {
  readonly #running: Running
  #schedule: Uint8Array | undefined

  constructor(running: Running, key: Uint8Array) {
    const { kernel, memory } = running
    memory.set(key, KEY_AT)
    kernel.expandKey()
    this.#running = running
    this.#schedule = memory.slice(SCHEDULE_AT, SCHEDULE_AT + SCHEDULE_BYTES)
    memory.fill(0, 0, SCHEDULE_AT + SCHEDULE_BYTES)
  }

  seal(nonce: Uint8Array, text: Uint8Array, associatedData: Uint8Array): Uint8Array {
    checkSealInput(deoxysii, nonce, text, associatedData)
    const { kernel, memory } = this.#running
    const sealed = new Uint8Array(text.length + TAG_BYTES)
    this.#begin(nonce)
    this.#absorb(associatedData, PREFIX.data, PREFIX.dataLast)
    this.#absorb(text, PREFIX.text, PREFIX.textLast)
    kernel.finishTag()
    this.#addKeyStream(text, sealed)
    sealed.set(memory.subarray(TAG_AT, TAG_AT + TAG_BYTES), text.length)
    this.#end(Math.max(text.length, associatedData.length))
    return sealed
  }

  open(nonce: Uint8Array, sealed: Uint8Array, associatedData: Uint8Array): Uint8Array {
    const size = checkOpenInput(deoxysii, nonce, sealed, associatedData)
    const { kernel, memory } = this.#running
    const tag = sealed.subarray(size)
    const text = new Uint8Array(size)
    this.#begin(nonce)
    memory.set(tag, TAG_AT)
    this.#addKeyStream(sealed.subarray(0, size), text)
    this.#absorb(associatedData, PREFIX.data, PREFIX.dataLast)
    this.#absorb(text, PREFIX.text, PREFIX.textLast)
    kernel.finishTag()
    const isAuthentic = equalSecrets(tag, memory.subarray(TAG_AT, TAG_AT + TAG_BYTES))
    this.#end(Math.max(size, associatedData.length))
    if (isAuthentic) return text
    text.fill(0)
    throw errors.openFailed()
  }

  wipe(): void {
    this.#schedule?.fill(0)
    this.#schedule = undefined
  }

  #begin(nonce: Uint8Array): void {
    assert(this.#schedule !== undefined, 'deoxysii: the key was wiped')
    const { memory } = this.#running
    memory.set(this.#schedule, SCHEDULE_AT)
    memory.set(nonce, NONCE_AT + 1)
    memory.fill(0, SUM_AT, SUM_AT + BLOCK)
  }

  #absorb(bytes: Uint8Array, prefix: number, prefixLast: number): void {
    const { kernel, memory } = this.#running
    for (let at = 0; at < bytes.length; at += DATA_BYTES) {
      const part = bytes.subarray(at, at + DATA_BYTES)
      memory.set(part, DATA_AT)
      kernel.absorb(part.length, at / BLOCK, prefix, prefixLast)
    }
  }

  #addKeyStream(source: Uint8Array, target: Uint8Array): void {
    const { kernel, memory } = this.#running
    for (let at = 0; at < source.length; at += DATA_BYTES) {
      const part = source.subarray(at, at + DATA_BYTES)
      memory.set(part, DATA_AT)
      kernel.addKeyStream(part.length, at / BLOCK)
      target.set(memory.subarray(DATA_AT, DATA_AT + part.length), at)
    }
  }

  /** Overwrites everything that passes of `size` bytes and their padding have touched. */
  #end(size: number): void {
    const used = Math.min(size, DATA_BYTES) + 4 * BLOCK
    this.#running.memory.fill(0, 0, DATA_AT + used)
  }
}

let running: Running | undefined

/** Deoxys-II-256-128. Keep the key object: expanding a key costs as much as two blocks. */
export const deoxysii: Aead = {
  keyBytes: 32,
  nonceBytes: 15,
  useKey(key) {
    checkKeySize(deoxysii, key)
    running ??= startBest()
    return new DeoxysiiKey(running, key)
  },
}

/** The same on a kernel of its own, to hold both permutations to the same tests. */
export function createDeoxysii(permutation: Permutation): Aead {
  const own = start(permutation)
  return {
    ...deoxysii,
    useKey(key) {
      checkKeySize(deoxysii, key)
      return new DeoxysiiKey(own, key)
    },
  }
}
