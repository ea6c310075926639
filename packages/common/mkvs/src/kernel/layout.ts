/**
 * What lies where in the kernel's memory.
 *
 * A block in the arena, little endian:
 *
 *    0  kind u8, flags u8, generation u8, size class u8
 *    4  address u48 (0: not stored)
 *   10  label bits u16 (internal nodes)
 *   12  hash, 32 bytes
 *   44  internal: leaf slot, left, right: pointers u32 (0: no child); label from 56 on
 *   47  leaf: the preimage of its hash, 00 ‖ key size u32 ‖ key ‖ value size u32 ‖ value
 *
 * A stub stands for a node that is not in memory and ends behind the hash. A free block keeps the
 * pointer to the next free block of its class at 4, a root's slot the pointer to the root. From
 * HEAP on there is nothing but blocks and gaps, one behind the other.
 */

import { type Expression, type I32, i32, i64 } from '@wadi/base/wasm/expression'
import type { FunctionReference } from '@wadi/base/wasm/function'
import { KEY_BYTES_MAX } from '../limits.ts'

/** A block on a free list. */
export const KIND_FREE = 0
export const KIND_LEAF = 1
export const KIND_INTERNAL = 2
export const KIND_STUB = 3
/** A block of eight bytes with the pointer to a tree's root. */
export const KIND_SLOT = 4
/** No block: so many bytes as the next word says lie between two blocks. */
export const KIND_GAP = 5

/** The hash must be computed anew; then all nodes above are stale and unstored, too. */
export const FLAG_STALE = 1
/** The leaf stands in the list of touched leaves, which the tree's owner keeps. */
export const FLAG_TOUCHED = 2
/** The touched leaf's key was there when the list was begun. */
export const FLAG_EXISTED = 4
/** The touched leaf is no longer in the tree. */
export const FLAG_DEAD = 8
/** The dead leaf has a successor with the same key, which took its place in the list. */
export const FLAG_MOVED = 16

export const AT_FLAGS = 1
export const AT_GENERATION = 2
export const AT_CLASS = 3
export const AT_ADDRESS = 4
export const AT_LABEL_BITS = 10
export const AT_HASH = 12
export const AT_CHILDREN = 44
export const AT_LABEL = 56
export const AT_PREIMAGE = 47
export const AT_KEY_SIZE = 48
export const AT_KEY = 52

export const STUB_BYTES = 44
/** The size class of stubs. */
export const STUB_CLASS: number = Math.ceil(STUB_BYTES / 8)
export const SLOT_BYTES = 8
export const AT_SLOT_POINTER = 4

/** Cells of four bytes. */
export const CELL_BUMP = 64
export const CELL_IN_USE = 68
export const CELL_GENERATION = 72
export const CELL_REMOVED_COUNT = 76
/** Where the stack of the last seek ends, whether it has found a leaf or missed a node. */
export const CELL_STACK_TOP = 80
/** Results beside the status: the slot whose stub must be loaded, or the leaf concerned. */
export const CELL_SLOT = 84
export const CELL_LEAF = 88

/** Heads of the free lists and sizes of the size classes, 256 cells each. */
export const FREE_LISTS = 0x400
export const CLASS_SIZES = 0x800
/** Where hashing puts things together: 3 + 8192 + 96 bytes and a padded tail. */
export const PREIMAGE = 0x1000
/** The hash function's constants and scratch, and the empty hash as a missing child's. */
export const SHA512_CONSTANTS = 0x8000
export const SHA512_SCRATCH = 0x8400
export const EMPTY_HASH_AT = 0x8800
/** The key that a call is about; readable beyond its end. */
export const KEY_INPUT = 0x4000
/** Addresses of stored nodes that are no longer used, as u64. One call removes at most a path. */
export const REMOVED_LIST = 0x1_0000
/** Pairs of u32: a node, and what has been done with it. */
export const STACK = 0x9_1000
/** Values and records that are small enough; larger ones lie behind the last block. */
export const VALUE_INPUT = 0x12_0000
export const RECORD_INPUT = 0x12_8000
export const INPUT_BYTES = 0x8000
export const HEAP = 0x13_0000

export const STACK_ENTRY = 8
/** A node for each bit of the longest key, with room to spare. */
export const STACK_BYTES = STACK_ENTRY * 72_000

/** What calls answer. */
export const DONE = 0
/** Done, and the leaf in CELL_LEAF must be put on the list of touched leaves. */
export const DONE_TOUCHED = 1
/** The stub in the slot in CELL_SLOT must be loaded; then call again. */
export const NEED_NODE = 2
/** No memory; nothing has been changed. */
export const NO_MEMORY = 3
/** There is no such key. Pointers are larger than any status. */
export const ABSENT = 4

export const HEAP_PAGES_MIN = 32

/** The functions that others are built upon. */
export interface KernelParts {
  /** (source, size, target) → SHA-512/256. */
  readonly sha512t256: FunctionReference<readonly ['i32', 'i32', 'i32']>
  /** (bytes) → block; traps when the room was not ensured. */
  readonly allocate: FunctionReference<readonly ['i32']>
  readonly release: FunctionReference<readonly ['i32']>
  /** (bytes) → 1 if so many bytes can be allocated. */
  readonly ensureRoom: FunctionReference<readonly ['i32']>
  /** (label, label bits, key, first key bit, key bits) → how many bits are the same. */
  readonly commonBits: FunctionReference<readonly ['i32', 'i32', 'i32', 'i32', 'i32']>
  /** (target, source, first source bit, bits): left-aligned copy, spare bits zero. */
  readonly copyBits: FunctionReference<readonly ['i32', 'i32', 'i32', 'i32']>
  /** (a, b, size) → 1 if the bytes are the same. */
  readonly equal: FunctionReference<readonly ['i32', 'i32', 'i32']>
  /** (node): the stored form of this node is no longer used. */
  readonly unstore: FunctionReference<readonly ['i32']>
  /** (stack top): the internal nodes on the stack will have other hashes. */
  readonly spoilPath: FunctionReference<readonly ['i32']>
  /** (node): computes the node's hash from its children's. */
  readonly hashNode: FunctionReference<readonly ['i32']>
  /** (node, stack base): gives a subtree's blocks back. */
  readonly releaseTree: FunctionReference<readonly ['i32', 'i32']>
}

type Value32 = Expression<'i32'>
type Value64 = Expression<'i64'>

export const kindOf = (node: I32): Value32 => i32.load8u(node)
export const flagsOf = (node: I32): Value32 => i32.load8u(node, AT_FLAGS)
export const labelBitsOf = (node: I32): Value32 => i32.load16u(node, AT_LABEL_BITS)
export const keySizeOf = (leaf: I32): Value32 => i32.load(leaf, AT_KEY_SIZE)
/** Where a leaf's value size stands; the value follows. */
export const valueSizeAt = (leaf: Expression<'i32'>): Value32 =>
  i32.add(i32.add(leaf, AT_KEY), keySizeOf(leaf))
export const addressOf = (node: I32): Value64 =>
  i64.and(i64.load(node, AT_ADDRESS), 0xffff_ffff_ffffn)
export const labelBytes = (bits: I32): Value32 => i32.shrU(i32.add(bits, 7), 3)
/** Bit number `bit` of the bytes at `base`, most significant first. */
export const bitAt = (base: I32, bit: Expression<'i32'>): Value32 =>
  i32.and(i32.shrU(i32.load8u(i32.add(base, i32.shrU(bit, 3))), i32.sub(7, i32.and(bit, 7))), 1)
/** Slot of the child on the side of a bit. */
export const sideSlot = (node: I32, bit: I32): Value32 =>
  i32.add(i32.add(node, AT_CHILDREN + 4), i32.shl(bit, 2))

/**
 * Room for a leaf's header and key and for an internal node, each in the class above its size, or
 * for as many slabs of small blocks.
 */
export const NODE_ROOM = 8 * (KEY_BYTES_MAX + 1)
