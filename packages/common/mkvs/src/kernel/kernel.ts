/** The tree's kernel: nodes, their memory, walks, changes and hashes in one WebAssembly module. */

import { compile, type KernelMemory } from '@wadi/base/wasm/instantiate'
import { ModuleBuilder, PAGE_BYTES } from '@wadi/base/wasm/module'
import { addSha512 } from '@wadi/crypto/hash/sha512Kernel'
import { defineAllocator } from './allocate.ts'
import { defineBits } from './bits.ts'
import { defineHashing, defineHashNode } from './hashing.ts'
import { defineInsert } from './insert.ts'
import { HEAP_PAGES_MIN, type KernelParts, SHA512_CONSTANTS, SHA512_SCRATCH } from './layout.ts'
import { defineLookup } from './lookup.ts'
import { defineRemove } from './remove.ts'
import { defineReleaseTree, defineResidence, defineSpoiling } from './residence.ts'
import { defineSeek } from './seek.ts'

/** Numbers are pointers or sizes; pointers may come out negative and are used with `>>> 0`. */
export interface Kernel {
  readonly memory: KernelMemory
  allocate(bytes: number): number
  release(block: number): void
  ensureRoom(bytes: number): number
  /** → leaf or status. */
  get(slot: number, keySize: number): number
  /** → leaf or status. */
  seek(slot: number, keySize: number, least: 0 | 1): number
  /** → leaf or status. */
  next(): number
  /** → status. */
  insert(slot: number, keySize: number, value: number, valueSize: number): number
  /** → status. */
  remove(slot: number, keySize: number): number
  hashTree(root: number): void
  /** → size of the node's record. */
  recordBytes(node: number): number
  /** → end of the record written to `target`. */
  writeRecord(node: number, target: number): number
  /** → end of the records, or 0 if memory ran out. */
  commitTree(root: number, address: bigint): number
  forgetAddresses(root: number, least: bigint): void
  createStub(hash: number, address: number): number
  /** → 1, or 0 if the record is not of the node that hangs in the slot. */
  install(slot: number, record: number): number
  evict(slot: number): void
  releaseTree(root: number, stackBase: number): void
}

/** The last module that was compiled: nearly all kernels may grow to the same size. */
let last: { readonly pagesMax: number; readonly start: () => Kernel } | undefined

/**
 * Starts a kernel with a memory of its own, which grows up to the given size.
 * PERF: compiled once, each further kernel takes 0.06 times the processor of one that is compiled.
 */
export function createKernel(memoryBytesMax: number): Kernel {
  const pagesMax = Math.floor(memoryBytesMax / PAGE_BYTES)
  if (last?.pagesMax !== pagesMax) last = { pagesMax, start: compileKernel(pagesMax) }
  return last.start()
}

function compileKernel(pagesMax: number): () => Kernel {
  const m = new ModuleBuilder({ pagesMin: HEAP_PAGES_MIN, pagesMax })
  const sha512 = addSha512(m, { constants: SHA512_CONSTANTS, scratch: SHA512_SCRATCH })
  const allocator = defineAllocator(m)
  const hashing = { sha512t256: sha512.hashTrunc256 }
  const parts: KernelParts = {
    ...hashing,
    hashNode: defineHashNode(m, hashing),
    ...allocator,
    ...defineBits(m),
    ...defineSpoiling(m),
    releaseTree: defineReleaseTree(m, allocator),
  }
  defineLookup(m, parts)
  defineSeek(m, parts)
  defineInsert(m, parts)
  defineRemove(m, parts)
  defineHashing(m, parts)
  defineResidence(m, parts)
  return compile<Kernel>(m)
}
