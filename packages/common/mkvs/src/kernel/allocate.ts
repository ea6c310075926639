/** Memory of the arena: blocks in size classes, a free list for each, fresh ones from the end. */

import { i32 } from '@wadi/base/wasm/expression'
import { call, type FunctionReference } from '@wadi/base/wasm/function'
import type { ModuleBuilder } from '@wadi/base/wasm/module'
import {
  AT_CLASS,
  CELL_BUMP,
  CELL_IN_USE,
  CLASS_SIZES,
  FREE_LISTS,
  HEAP,
  type KernelParts,
  KIND_GAP,
} from './layout.ts'

type EnsureRoom = FunctionReference<readonly ['i32']>

const SMALL_MAX = 1024
const SMALL_CLASSES = SMALL_MAX / 8
/** The largest block is just under 2^31 bytes: 21 doublings of four steps each. */
const CLASS_COUNT = 1 + SMALL_CLASSES + 21 * 4
const AT_NEXT_FREE = 4
const AT_GAP_SIZE = 4
/** Blocks up to this size come from slabs of so many. */
const SLAB_BLOCK_MAX = 512
const SLAB_BLOCKS = 32
const CACHE_LINE = 64
/** At least so many pages are added at once. */
const GROWTH_PAGES = 16

function classSize(index: number): number {
  if (index <= SMALL_CLASSES) return index * 8
  const large = index - SMALL_CLASSES - 1
  const base = SMALL_MAX * 2 ** Math.floor(large / 4)
  return base + ((large % 4) + 1) * (base / 4)
}

/** Class sizes and the first free byte, as they are in memory from the start. */
function defineData(m: ModuleBuilder): void {
  const sizes = new DataView(new ArrayBuffer(4 * CLASS_COUNT))
  for (let i = 0; i < CLASS_COUNT; i++) sizes.setUint32(4 * i, classSize(i), true)
  m.data(CLASS_SIZES, new Uint8Array(sizes.buffer))
  m.data(CELL_BUMP, Uint8Array.of(HEAP & 255, (HEAP >> 8) & 255, HEAP >> 16, 0))
}

/** (bytes) → size class. */
function defineClassOf(m: ModuleBuilder): FunctionReference<readonly ['i32']> {
  return m.function({ params: ['i32'], result: 'i32' }, (f, size) => {
    f.if(i32.leU(size, SMALL_MAX), () => f.return(i32.shrU(i32.add(size, 7), 3)))
    const last = f.let(i32.sub(size, 1))
    const power = f.let(i32.sub(31, i32.clz(last)))
    const step = i32.and(i32.shrU(last, i32.sub(power, 2)), 3)
    const doubling = i32.shl(i32.sub(power, 10), 2)
    f.return(i32.add(i32.add(doubling, step), SMALL_CLASSES + 1))
  })
}

/** (bytes) → 1 if memory reaches that far behind the last block, growing it as needed. */
function defineEnsureRoom(m: ModuleBuilder): EnsureRoom {
  return m.function({ params: ['i32'], result: 'i32', name: 'ensureRoom' }, (f, bytes) => {
    const pages = f.memoryPages()
    const bump = f.let(i32.load(CELL_BUMP))
    const free = f.let(i32.sub(i32.shl(pages, 16), bump))
    f.if(i32.geU(free, bytes), () => f.return(1))
    const missing = f.let(i32.add(i32.shrU(i32.sub(bytes, free), 16), 1))
    const step = f.let(i32.add(i32.shrU(pages, 4), GROWTH_PAGES))
    f.if(i32.gtU(step, missing), () => {
      f.if(i32.ne(f.growMemory(step), -1), () => f.return(1))
    })
    f.return(i32.ne(f.growMemory(missing), -1))
  })
}

/**
 * (free list, block size) → a fresh block. Small blocks are cut from slabs, whose other blocks go
 * to the free list.
 * PERF: slabs begin at cache lines, so that an internal node of 64 bytes is one line and not two.
 */
function defineRefill(
  m: ModuleBuilder,
  ensureRoom: EnsureRoom,
): FunctionReference<readonly ['i32', 'i32']> {
  return m.function({ params: ['i32', 'i32'], result: 'i32' }, (f, head, size) => {
    const count = f.let(i32.select(i32.gtU(size, SLAB_BLOCK_MAX), 1, SLAB_BLOCKS))
    const bytes = f.let(i32.mul(count, size))
    f.if(i32.eqz(call('i32', ensureRoom, i32.add(bytes, CACHE_LINE))), () => f.trap())
    const bump = f.let(i32.load(CELL_BUMP))
    const block = f.let(i32.and(i32.add(bump, CACHE_LINE - 1), -CACHE_LINE))
    f.if(i32.ne(block, bump), () => {
      f.store32(bump, KIND_GAP)
      f.store32(bump, i32.sub(block, bump), AT_GAP_SIZE)
    })
    f.store32(CELL_BUMP, i32.add(block, bytes))
    const other = f.let(i32.add(block, bytes))
    f.set(other, i32.sub(other, size))
    f.while(i32.gtU(other, block), () => {
      f.store32(other, i32.shl(i32.shrU(i32.sub(head, FREE_LISTS), 2), 24))
      f.store32(other, i32.load(head), AT_NEXT_FREE)
      f.store32(head, other)
      f.set(other, i32.sub(other, size))
    })
    f.return(block)
  })
}

/** Adds the functions that hand out blocks and take them back. */
export function defineAllocator(
  m: ModuleBuilder,
): Pick<KernelParts, 'allocate' | 'release' | 'ensureRoom'> {
  defineData(m)
  const classOf = defineClassOf(m)
  const ensureRoom = defineEnsureRoom(m)
  const sizeOfClass = (index: ReturnType<typeof i32.load>) =>
    i32.load(i32.add(CLASS_SIZES, i32.shl(index, 2)))
  const refill = defineRefill(m, ensureRoom)
  const allocate = m.function({ params: ['i32'], result: 'i32', name: 'allocate' }, (f, bytes) => {
    const index = f.let(call('i32', classOf, bytes))
    const size = f.let(sizeOfClass(index))
    const head = f.let(i32.add(FREE_LISTS, i32.shl(index, 2)))
    const block = f.let(i32.load(head))
    f.if(
      block,
      () => f.store32(head, i32.load(block, AT_NEXT_FREE)),
      () => {
        f.set(block, call('i32', refill, head, size))
      },
    )
    f.store32(CELL_IN_USE, i32.add(i32.load(CELL_IN_USE), size))
    f.store32(block, i32.shl(index, 24))
    f.return(block)
  })
  const release = m.function({ params: ['i32'], name: 'release' }, (f, block) => {
    const index = f.let(i32.load8u(block, AT_CLASS))
    const head = f.let(i32.add(FREE_LISTS, i32.shl(index, 2)))
    f.store8(block, 0)
    f.store32(block, i32.load(head), AT_NEXT_FREE)
    f.store32(head, block)
    f.store32(CELL_IN_USE, i32.sub(i32.load(CELL_IN_USE), sizeOfClass(index)))
  })
  return { allocate, release, ensureRoom }
}
