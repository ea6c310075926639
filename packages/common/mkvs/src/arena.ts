/** The memory that trees share, and the way from JavaScript into the kernel. */

import { assert, UnavailableError } from '@wadi/base/errors'
import { compact, isWorthCompacting } from './compaction.ts'
import { errors } from './errors.ts'
import { createKernel, type Kernel } from './kernel/kernel.ts'
import {
  AT_ADDRESS,
  AT_FLAGS,
  AT_HASH,
  AT_KEY,
  AT_KEY_SIZE,
  AT_SLOT_POINTER,
  CELL_BUMP,
  CELL_GENERATION,
  CELL_IN_USE,
  CELL_LEAF,
  CELL_REMOVED_COUNT,
  CELL_SLOT,
  INPUT_BYTES,
  KEY_INPUT,
  KIND_SLOT,
  NODE_ROOM,
  RECORD_INPUT,
  REMOVED_LIST,
  SLOT_BYTES,
  VALUE_INPUT,
} from './kernel/layout.ts'
import {
  ARENA_BYTES_DEFAULT,
  ARENA_BYTES_MIN,
  KEY_BYTES_MAX,
  MEMORY_BYTES_MAX,
  VALUE_BYTES_MAX,
} from './limits.ts'
import { checkRecord } from './nodeRecord.ts'
import { RootSlot } from './rootSlot.ts'
import { Slab } from './slab.ts'

const ARENA_FULL = 'mkvs.arena-full'

/** What of a tree the arena needs when memory is short. */
export interface Tenant {
  /** Where the root hangs, if stored nodes may be dropped. */
  readonly evictableSlot: number | undefined
  /** Visits the stored nodes that it must not lose now. */
  visitPinned(): void
  /** Asks where the blocks are to which it has pointers, all of which have been moved. */
  relocate(forward: (address: number) => number): void
}

export interface ArenaOptions {
  /** How many bytes nodes may take before stored ones are dropped from memory. */
  readonly bytesMax?: number
  /** How much memory there may be at all, free blocks and room for commits included. */
  readonly memoryBytesMax?: number
}

/**
 * One kernel with its memory. Trees of one arena share its bound: the stored nodes that have not
 * been visited for longest make room, whichever tree they belong to.
 */
export class Arena {
  readonly kernel: Kernel
  /** Whose walk the kernel's stack holds: a cursor that may go on without seeking. */
  stackOwner: object | undefined
  readonly #bytesMax: number
  readonly #memoryBytesMax: number
  readonly #tenants = new Set<Tenant>()
  readonly #slab = new Slab()
  #heap: Uint8Array
  #words: Uint32Array
  #evictAt: number

  constructor(options: ArenaOptions = {}) {
    const { bytesMax = ARENA_BYTES_DEFAULT, memoryBytesMax = MEMORY_BYTES_MAX } = options
    assert(bytesMax >= ARENA_BYTES_MIN, 'mkvs: the arena is too small')
    assert(memoryBytesMax >= ARENA_BYTES_MIN, 'mkvs: the memory is too small')
    assert(memoryBytesMax <= MEMORY_BYTES_MAX, 'mkvs: the memory is too large')
    this.kernel = createKernel(memoryBytesMax)
    this.#bytesMax = bytesMax
    this.#memoryBytesMax = memoryBytesMax
    this.#evictAt = bytesMax
    this.#heap = new Uint8Array(this.kernel.memory.buffer)
    this.#words = new Uint32Array(this.kernel.memory.buffer)
  }

  /** All of the memory. Only good until the next call of the kernel: it may grow. */
  get heap(): Uint8Array {
    if (this.#heap.length === 0) this.#refresh()
    return this.#heap
  }

  /** How many bytes the nodes in memory take. */
  get bytesInUse(): number {
    return this.word(CELL_IN_USE)
  }

  word(at: number): number {
    if (this.#words.length === 0) this.#refresh()
    return this.#words[at >>> 2]!
  }

  setWord(at: number, value: number): void {
    if (this.#words.length === 0) this.#refresh()
    this.#words[at >>> 2] = value
  }

  admit(tenant: Tenant): void {
    this.#tenants.add(tenant)
  }

  dismiss(tenant: Tenant): void {
    this.#tenants.delete(tenant)
  }

  /** Puts the key where the kernel looks for it. */
  setKey(key: Uint8Array): void {
    if (key.length > KEY_BYTES_MAX) throw errors.keyTooLong(`${key.length} bytes`)
    this.heap.set(key, KEY_INPUT)
  }

  /** Puts the value where the kernel can take it from. */
  stageValue(value: Uint8Array): number {
    if (value.length <= INPUT_BYTES) {
      this.heap.set(value, VALUE_INPUT)
      return VALUE_INPUT
    }
    if (value.length > VALUE_BYTES_MAX) throw errors.valueTooLong(`${value.length} bytes`)
    return this.#stageBehind(value)
  }

  /**
   * Replaces the stub in the slot of the last NEED_NODE by the node with this record. A record of
   * another node is refused: then the store is damaged, or was never given what it should hold.
   */
  install(slot: number, record: Uint8Array): void {
    checkRecord(record)
    let staged = RECORD_INPUT
    if (record.length > INPUT_BYTES) {
      staged = this.#stageBehind(record)
    } else {
      this.ensureRoom(NODE_ROOM + 2 * record.length)
      this.heap.set(record, RECORD_INPUT)
    }
    if (this.kernel.install(slot, staged) === 0) {
      this.stackOwner = undefined
      throw otherNode(this.addressOf(this.word(slot)))
    }
    if (this.bytesInUse > this.#evictAt) this.evict()
  }

  /** A new stub for a node that is known by its hash and, if it is stored, its address. */
  createStub(hash: Uint8Array, address: number): number {
    this.ensureRoom(NODE_ROOM)
    const { heap } = this
    heap.set(hash, RECORD_INPUT)
    const view = new DataView(heap.buffer, RECORD_INPUT + 32, 8)
    view.setBigUint64(0, BigInt(address), true)
    return this.kernel.createStub(RECORD_INPUT, RECORD_INPUT + 32) >>> 0
  }

  /** Makes sure that so many bytes can be allocated. Nothing is moved or dropped for it. */
  ensureRoom(bytes: number): void {
    if (this.kernel.ensureRoom(bytes) !== 1) throw this.full()
  }

  full(): UnavailableError {
    return new UnavailableError(ARENA_FULL, 'mkvs: the memory for nodes is used up')
  }

  /**
   * Drops all nodes that can be read again and joins what is free, after a call that failed for
   * want of memory and may now be made again. Whatever else it failed for is thrown anew, and so is
   * everything while nodes must stay where they are.
   */
  reclaim(error: unknown): void {
    const isFull = error instanceof UnavailableError && error.reason === ARENA_FULL
    const isHeld = this.#evictAt === Number.MAX_SAFE_INTEGER
    if (!isFull || isHeld) throw error
    // The first time spares what was visited since the last.
    this.evict()
    this.evict()
    if (!isWorthCompacting(this.bytesInUse, this.#memoryBytesMax)) throw error
    const forward = compact({ heap: this.heap, words: this.#words })
    for (const tenant of this.#tenants) tenant.relocate(forward)
  }

  /** Makes a call that changes nothing if it fails, and once more if memory could be reclaimed. */
  reclaiming<T>(call: () => T): T {
    try {
      return call()
    } catch (error) {
      this.reclaim(error)
      return call()
    }
  }

  /** A place for the pointer to a tree's root, and room for the root's stub. */
  createSlot(): RootSlot {
    this.reclaiming(() => this.ensureRoom(2 * NODE_ROOM))
    const block = this.kernel.allocate(SLOT_BYTES) >>> 0
    this.heap[block] = KIND_SLOT
    return new RootSlot(block + AT_SLOT_POINTER)
  }

  releaseSlot(slot: RootSlot): void {
    this.kernel.release(slot.at - AT_SLOT_POINTER)
    slot.close()
  }

  /** Marks the stored nodes on the way to a key as visited, in the middle of any other call. */
  visit(slot: number, key: Uint8Array): void {
    const { heap } = this
    const before = heap.slice(KEY_INPUT, KEY_INPUT + key.length)
    heap.set(key, KEY_INPUT)
    this.kernel.get(slot, key.length)
    heap.set(before, KEY_INPUT)
  }

  /**
   * Drops the stored nodes that have not been visited since the last time. If all have been, the
   * bound gives way for a while: what is in use now is what is needed now.
   */
  evict(): void {
    this.stackOwner = undefined
    for (const tenant of this.#tenants) {
      if (tenant.evictableSlot === undefined) continue
      tenant.visitPinned()
      this.kernel.evict(tenant.evictableSlot)
    }
    this.setWord(CELL_GENERATION, (this.word(CELL_GENERATION) + 1) & 0xff)
    this.#evictAt = Math.max(this.#bytesMax, this.bytesInUse + (this.#bytesMax >>> 3))
  }

  /** Where the stub hangs that the last call has missed. */
  get neededSlot(): number {
    return this.word(CELL_SLOT)
  }

  /** Says that somebody who looks at nodes has met a stub. */
  missedSlot(slot: number): void {
    this.setWord(CELL_SLOT, slot)
  }

  /**
   * Runs `look` with all nodes that it meets staying where they are; memory may exceed its bound
   * by what is read meanwhile.
   */
  holding<T>(look: () => T): T {
    const before = this.#evictAt
    this.#evictAt = Number.MAX_SAFE_INTEGER
    try {
      return look()
    } finally {
      this.#evictAt = before
    }
  }

  /** The leaf that the last call was about. */
  get changedLeaf(): number {
    return this.word(CELL_LEAF)
  }

  flagsOf(node: number): number {
    return this.heap[node + AT_FLAGS]!
  }

  clearFlags(node: number, flags: number): void {
    this.heap[node + AT_FLAGS] = this.flagsOf(node) & ~flags
  }

  addressOf(node: number): number {
    const high = this.heap[node + AT_ADDRESS + 4]! | (this.heap[node + AT_ADDRESS + 5]! << 8)
    return this.word(node + AT_ADDRESS) + high * 0x1_0000_0000
  }

  hashOf(node: number): Uint8Array {
    return this.heap.slice(node + AT_HASH, node + AT_HASH + 32)
  }

  keyOf(leaf: number): Uint8Array {
    const keySize = this.word(leaf + AT_KEY_SIZE)
    return this.#slab.copy(this.heap, leaf + AT_KEY, leaf + AT_KEY + keySize)
  }

  valueOf(leaf: number): Uint8Array {
    const { heap } = this
    const at = leaf + AT_KEY + this.word(leaf + AT_KEY_SIZE)
    const size = heap[at]! | (heap[at + 1]! << 8) | (heap[at + 2]! << 16) | (heap[at + 3]! << 24)
    return this.#slab.copy(heap, at + 4, at + 4 + size)
  }

  /** The records of these leaves, one behind the other, as a copy. */
  copyRecords(leaves: readonly number[]): Uint8Array {
    let size = 0
    for (const leaf of leaves) size += this.kernel.recordBytes(leaf)
    this.ensureRoom(size)
    const start = this.end
    let at = start
    for (const leaf of leaves) at = this.kernel.writeRecord(leaf, at) >>> 0
    return this.heap.slice(start, at)
  }

  /** Moves the addresses that have become useless to the end of `target`. */
  drainRemoved(target: number[]): void {
    const count = this.word(CELL_REMOVED_COUNT)
    if (count === 0) return
    for (let at = REMOVED_LIST; at < REMOVED_LIST + 8 * count; at += 8) {
      target.push(this.word(at) + this.word(at + 4) * 0x1_0000_0000)
    }
    this.setWord(CELL_REMOVED_COUNT, 0)
  }

  /** The first byte behind all blocks. */
  get end(): number {
    return this.word(CELL_BUMP)
  }

  #stageBehind(bytes: Uint8Array): number {
    const room = NODE_ROOM + 2 * bytes.length
    this.ensureRoom(room + bytes.length)
    const at = this.end + room
    this.heap.set(bytes, at)
    return at
  }

  #refresh(): void {
    this.#heap = new Uint8Array(this.kernel.memory.buffer)
    this.#words = new Uint32Array(this.kernel.memory.buffer)
  }
}

function otherNode(address: number): UnavailableError {
  const text = `mkvs: what is stored at ${address} is not the node that its parent names`
  return new UnavailableError('mkvs.other-node', text)
}
