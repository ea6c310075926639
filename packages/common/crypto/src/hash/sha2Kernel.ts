/** What SHA-256 and SHA-512 have in common as functions of a kernel: all but the compression. */

import { type I32, i32, i64, type V128, v128 } from '@wadi/base/wasm/expression'
import type { FunctionBuilder, FunctionReference, Local } from '@wadi/base/wasm/function'
import { instantiate } from '@wadi/base/wasm/instantiate'
import type { ModuleBuilder } from '@wadi/base/wasm/module'
import type { Sha2Kernel } from './sha2.ts'

/** What tells the members of the family apart. */
export interface Sha2Shape {
  readonly blockBytes: number
  readonly stateBytes: number
  /** The message's size in bits ends the last block, written in so many bytes. */
  readonly sizeBytes: number
  /** Two blocks and a state of room, overwritten by every call. */
  readonly scratch: number
  /** Turns the bytes of each word round. */
  readonly bigEndian: (words: V128) => V128
}

/** The functions of every member. */
export interface Sha2Functions {
  /** `(state, block, count)`: absorbs `count` ≥ 1 blocks into the words at `state`. */
  readonly compress: FunctionReference<readonly ['i32', 'i32', 'i32']>
  /** `(state, tail, tailSize, size)`: absorbs what is left of the last block, and the padding. */
  readonly finish: FunctionReference<readonly ['i32', 'i32', 'i32', 'i64']>
  /** Writes the first bytes of a state as a digest. */
  readonly writeDigest: (f: FunctionBuilder, state: I32, target: I32, digestBytes: number) => void
  /** Hashes a whole message, wherever in the memory it lies. */
  readonly writeHash: (f: FunctionBuilder, p: HashParameters, digestBytes: number) => void
}

export interface HashParameters {
  /** A state to start from. */
  readonly initial: I32
  readonly message: Local<'i32'>
  readonly size: Local<'i32'>
  readonly target: Local<'i32'>
}

export interface CompressParameters {
  readonly state: Local<'i32'>
  readonly block: Local<'i32'>
  readonly count: Local<'i32'>
}

type WriteCompress = (f: FunctionBuilder, parameters: CompressParameters) => void

/** Adds the functions of one member of the family to a kernel. */
export function addSha2(
  m: ModuleBuilder,
  shape: Sha2Shape,
  writeCompress: WriteCompress,
): Sha2Functions {
  const { blockBytes, stateBytes, sizeBytes, scratch: padded, bigEndian } = shape
  const compress = m.function({ params: ['i32', 'i32', 'i32'] }, (f, state, block, count) => {
    writeCompress(f, { state, block, count })
  })
  const finish = m.function({ params: ['i32', 'i32', 'i32', 'i64'] }, (f, ...parameters) => {
    const [state, tail, tailSize, size] = parameters
    writePadded(f, { padded, blockBytes, tail, tailSize })
    // The upper half of SHA-512's size stays zero: no message has 2^61 bytes.
    const isTwo = f.let(i32.gtU(tailSize, blockBytes - 1 - sizeBytes))
    const blocks = f.let(i32.add(isTwo, 1))
    const end = i32.add(padded - 8, i32.mul(blocks, blockBytes))
    f.store64(end, v128.extractI64(reversed(v128.splatI64(i64.shl(size, 3n))), 0))
    f.run(compress, state, padded, blocks)
  })
  const writeDigest: Sha2Functions['writeDigest'] = (f, state, target, digestBytes) => {
    for (let at = 0; at < digestBytes; at += 16)
      f.storeV128(target, bigEndian(v128.load(state, at)), at)
  }
  const state = padded + 2 * blockBytes
  const writeHash: Sha2Functions['writeHash'] = (f, p, digestBytes) => {
    for (let at = 0; at < stateBytes; at += 16) f.storeV128(state, v128.load(p.initial, at), at)
    const whole = f.let(i32.and(p.size, -blockBytes))
    f.if(whole, () => f.run(compress, state, p.message, i32.divU(p.size, blockBytes)))
    const tail = i32.add(p.message, whole)
    f.run(finish, state, tail, i32.sub(p.size, whole), i64.extendU(p.size))
    writeDigest(f, state, p.target, digestBytes)
  }
  return { compress, finish, writeDigest, writeHash }
}

function reversed(v: V128): V128 {
  return v128.shuffle(v, v, [7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8])
}

export interface PaddingParameters {
  readonly padded: number
  readonly blockBytes: number
  readonly tail: Local<'i32'>
  readonly tailSize: Local<'i32'>
}

/**
 * Writes the tail, 0x80 and zeros to `padded`: two blocks, of which the second is used if needed.
 * PERF: bytes are picked sixteen at a time by comparing their indexes with the size.
 */
export function writePadded(f: FunctionBuilder, p: PaddingParameters): void {
  const { padded, blockBytes, tail, tailSize } = p
  // Reading a whole block from the last bytes of the memory would trap.
  const lastPage = i32.shrU(i32.add(tail, blockBytes - 1), 16)
  f.if(i32.geU(lastPage, f.memoryPages()), () => {
    f.copy(padded, tail, tailSize)
    f.set(tail, padded)
  })
  const sizes = f.let(v128.splatI8(tailSize))
  const zero = v128.splatI32(0)
  for (let at = 0; at < blockBytes; at += 16) {
    const indexes = v128.const(Array.from({ length: 16 }, (_, i) => at + i))
    const kept = v128.and(v128.load(tail, at), v128.gtSI8(sizes, indexes))
    const mark = v128.and(v128.eqI8(sizes, indexes), v128.splatI8(0x80))
    f.storeV128(padded, v128.or(kept, mark), at)
    f.storeV128(padded, zero, blockBytes + at)
  }
}

/** Exports the functions as {@link Sha2Kernel} names them and starts the kernel. */
export function startSha2(
  m: ModuleBuilder,
  functions: Sha2Functions,
  stateBytes: number,
): Sha2Kernel {
  const { compress, finish, writeDigest, writeHash } = functions
  m.function({ name: 'compress', params: compress.signature.params }, (f, ...args) => {
    f.run(compress, ...args)
  })
  const params = [...finish.signature.params, 'i32'] as const
  m.function({ name: 'finish', params }, (f, ...args) => {
    const [state, tail, tailSize, size, target] = args
    f.run(finish, state, tail, tailSize, size)
    writeDigest(f, state, target, stateBytes)
  })
  m.function({ name: 'hash', params: ['i32', 'i32', 'i32', 'i32'] }, (f, ...args) => {
    const [initial, message, size, target] = args
    writeHash(f, { initial, message, size, target }, stateBytes)
  })
  return instantiate<Sha2Kernel>(m)
}

/** Words as they lie in the kernel's memory: little-endian, the upper ends of 64-bit numbers. */
export function wordBytes(size: 4 | 8, words: readonly bigint[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(size * words.length))
  words.forEach((word, i) => {
    if (size === 8) view.setBigUint64(8 * i, word, true)
    else view.setUint32(4 * i, Number(word >> 32n), true)
  })
  return new Uint8Array(view.buffer)
}
