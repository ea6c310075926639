/** Inserting: one walk down that changes nothing, then one change where it ended. */

import { type Expression, i32 } from '@wadi/base/wasm/expression'
import { call, type FunctionBuilder, type FunctionReference } from '@wadi/base/wasm/function'
import type { ModuleBuilder } from '@wadi/base/wasm/module'
import { needLoaded, push } from './descent.ts'
import { writeHeader } from './header.ts'
import {
  AT_CHILDREN,
  AT_CLASS,
  AT_FLAGS,
  AT_GENERATION,
  AT_KEY,
  AT_KEY_SIZE,
  AT_LABEL,
  AT_LABEL_BITS,
  AT_PREIMAGE,
  bitAt,
  CELL_GENERATION,
  CELL_LEAF,
  CLASS_SIZES,
  DONE,
  DONE_TOUCHED,
  FLAG_DEAD,
  FLAG_EXISTED,
  FLAG_MOVED,
  FLAG_STALE,
  FLAG_TOUCHED,
  flagsOf,
  KEY_INPUT,
  type KernelParts,
  KIND_INTERNAL,
  KIND_LEAF,
  keySizeOf,
  kindOf,
  labelBitsOf,
  labelBytes,
  NO_MEMORY,
  NODE_ROOM,
  STACK,
  sideSlot,
  valueSizeAt,
} from './layout.ts'

type Value = Expression<'i32'>

interface InsertParts extends KernelParts {
  /** (key size, value, value size) → a new leaf with the key at KEY_INPUT. */
  readonly createLeaf: FunctionReference<readonly ['i32', 'i32', 'i32']>
  /** (slot, leaf, value, value size) → status. */
  readonly overwrite: FunctionReference<readonly ['i32', 'i32', 'i32', 'i32', 'i32']>
  /** (slot, depth, label bits, new leaf): puts an internal node above the one in the slot. */
  readonly fork: FunctionReference<readonly ['i32', 'i32', 'i32', 'i32']>
}

const BASE_LEAF_BYTES = AT_KEY + 4

function defineCreateLeaf(m: ModuleBuilder, { allocate }: KernelParts): InsertParts['createLeaf'] {
  const signature = { params: ['i32', 'i32', 'i32'], result: 'i32' } as const
  return m.function(signature, (f, keySize, value, valueSize) => {
    const size = i32.add(i32.add(keySize, valueSize), BASE_LEAF_BYTES)
    const leaf = f.let(call('i32', allocate, size))
    writeHeader(f, leaf, KIND_LEAF, FLAG_STALE | FLAG_TOUCHED)
    f.store8(leaf, 0, AT_PREIMAGE)
    f.store32(leaf, keySize, AT_KEY_SIZE)
    f.copy(i32.add(leaf, AT_KEY), KEY_INPUT, keySize)
    f.store32(valueSizeAt(leaf), valueSize)
    f.copy(i32.add(valueSizeAt(leaf), 4), value, valueSize)
    f.return(leaf)
  })
}

/** Gives the key at KEY_INPUT, whose leaf hangs in the slot, another value. */
function defineOverwrite(
  m: ModuleBuilder,
  parts: KernelParts & Pick<InsertParts, 'createLeaf'>,
): InsertParts['overwrite'] {
  const { equal, unstore, spoilPath, createLeaf } = parts
  const signature = { params: ['i32', 'i32', 'i32', 'i32', 'i32'], result: 'i32' } as const
  return m.function(signature, (f, slot, leaf, value, valueSize, top) => {
    const sizeAt = f.let(valueSizeAt(leaf))
    const flags = f.let(flagsOf(leaf))
    const isListed = f.let(i32.and(flags, FLAG_TOUCHED))
    f.store32(CELL_LEAF, leaf)
    f.if(i32.eqz(isListed), () => f.set(flags, i32.or(flags, FLAG_TOUCHED | FLAG_EXISTED)))
    f.store8(leaf, flags, AT_FLAGS)
    f.if(i32.eq(i32.load(sizeAt), valueSize), () => {
      f.if(call('i32', equal, i32.add(sizeAt, 4), value, valueSize), () =>
        f.return(i32.select(isListed, DONE, DONE_TOUCHED)),
      )
    })
    f.run(unstore, leaf)
    f.run(spoilPath, top)
    const size = i32.add(i32.add(keySizeOf(leaf), valueSize), BASE_LEAF_BYTES)
    const capacity = f.let(i32.load(i32.add(CLASS_SIZES, i32.shl(i32.load8u(leaf, AT_CLASS), 2))))
    const isRoomy = i32.leU(i32.sub(capacity, size), i32.shrU(capacity, 2))
    f.if(i32.and(i32.leU(size, capacity), isRoomy), () => {
      f.store8(leaf, i32.or(flags, FLAG_STALE), AT_FLAGS)
      f.store32(sizeAt, valueSize)
      f.copy(i32.add(sizeAt, 4), value, valueSize)
      f.return(i32.select(isListed, DONE, DONE_TOUCHED))
    })
    const moved = f.let(call('i32', createLeaf, keySizeOf(leaf), value, valueSize))
    f.store8(moved, i32.or(flags, FLAG_STALE), AT_FLAGS)
    f.store32(slot, moved)
    f.store32(CELL_LEAF, moved)
    // A listed block is given back by the keeper of the list.
    f.if(
      isListed,
      () => f.store8(leaf, i32.or(flags, FLAG_DEAD | FLAG_MOVED), AT_FLAGS),
      () => f.run(parts.release, leaf),
    )
    f.return(DONE_TOUCHED)
  })
}

/**
 * The node in the slot, entered at `depth`, and the key at KEY_INPUT agree on `bits` more bits and
 * then differ. An internal node loses these bits of its label; a leaf stays as it is.
 */
function defineFork(m: ModuleBuilder, parts: KernelParts): InsertParts['fork'] {
  const { allocate, copyBits, unstore } = parts
  return m.function({ params: ['i32', 'i32', 'i32', 'i32'] }, (f, slot, depth, bits, leaf) => {
    const old = f.let(i32.load(slot))
    const fork = f.let(call('i32', allocate, i32.add(labelBytes(bits), AT_LABEL)))
    const end = f.let(i32.add(depth, bits))
    writeHeader(f, fork, KIND_INTERNAL, FLAG_STALE)
    f.store16(fork, bits, AT_LABEL_BITS)
    f.store64(fork, 0n, AT_CHILDREN)
    f.store32(fork, 0, AT_CHILDREN + 8)
    f.run(copyBits, i32.add(fork, AT_LABEL), KEY_INPUT, depth, bits)
    f.store32(slot, fork)
    const oldSlot = f.local('i32')
    f.if(
      i32.eq(kindOf(old), KIND_LEAF),
      () => {
        f.set(oldSlot, i32.add(fork, AT_CHILDREN))
        f.if(i32.ltU(end, i32.shl(keySizeOf(old), 3)), () =>
          f.set(oldSlot, sideSlot(fork, bitAt(i32.add(old, AT_KEY), end))),
        )
      },
      () => {
        const label = f.let(i32.add(old, AT_LABEL))
        const left = f.let(i32.sub(labelBitsOf(old), bits))
        f.set(oldSlot, sideSlot(fork, bitAt(label, bits)))
        f.run(copyBits, label, label, bits, left)
        f.store16(old, left, AT_LABEL_BITS)
        f.run(unstore, old)
        f.store8(old, i32.or(flagsOf(old), FLAG_STALE), AT_FLAGS)
      },
    )
    f.store32(oldSlot, old)
    const leafSlot = f.let(i32.add(fork, AT_CHILDREN))
    f.if(i32.ltU(end, i32.shl(keySizeOf(leaf), 3)), () =>
      f.set(leafSlot, sideSlot(fork, bitAt(KEY_INPUT, end))),
    )
    f.store32(leafSlot, leaf)
  })
}

/** The walk down; parameters as of `insert`. */
function writeInsert(
  f: FunctionBuilder,
  parts: InsertParts,
  [start, keySize, value, valueSize]: readonly Value[],
): void {
  const { ensureRoom, commonBits, createLeaf, overwrite, fork, spoilPath, equal } = parts
  const room = i32.add(i32.add(valueSize!, i32.shrU(valueSize!, 2)), NODE_ROOM)
  f.if(i32.eqz(call('i32', ensureRoom, room)), () => f.return(NO_MEMORY))
  const slot = f.let(start!)
  const keyBits = f.let(i32.shl(keySize!, 3))
  const depth = f.local('i32')
  const top = f.let(i32.const(STACK))
  const node = f.local('i32')
  const same = f.local('i32')
  f.block((fresh) => {
    f.loop((next) => {
      f.set(node, i32.load(slot))
      f.breakIf(fresh, i32.eqz(node))
      needLoaded(f, node, slot)
      f.store8(node, i32.load(CELL_GENERATION), AT_GENERATION)
      const otherKey = i32.add(node, AT_KEY)
      f.if(i32.eq(kindOf(node), KIND_LEAF), () => {
        f.if(i32.eq(keySizeOf(node), keySize!), () => {
          f.if(call('i32', equal, otherKey, KEY_INPUT, keySize!), () =>
            f.return(call('i32', overwrite, slot, node, value!, valueSize!, top)),
          )
        })
        const otherBits = i32.shl(keySizeOf(node), 3)
        f.set(same, call('i32', commonBits, otherKey, otherBits, KEY_INPUT, 0, keyBits))
        f.set(same, i32.sub(same, depth))
        f.break(fresh)
      })
      const bits = f.let(labelBitsOf(node))
      f.set(same, call('i32', commonBits, i32.add(node, AT_LABEL), bits, KEY_INPUT, depth, keyBits))
      f.breakIf(fresh, i32.ltU(same, bits))
      f.set(depth, i32.add(depth, bits))
      push(f, top, node, 0)
      f.if(
        i32.eq(depth, keyBits),
        () => f.set(slot, i32.add(node, AT_CHILDREN)),
        () => f.set(slot, sideSlot(node, bitAt(KEY_INPUT, depth))),
      )
      f.break(next)
    })
  })
  const leaf = f.let(call('i32', createLeaf, keySize!, value!, valueSize!))
  f.store32(CELL_LEAF, leaf)
  f.if(
    node,
    () => f.run(fork, slot, depth, same, leaf),
    () => f.store32(slot, leaf),
  )
  f.run(spoilPath, top)
  f.return(DONE_TOUCHED)
}

/**
 * Adds `insert(slot, key size, value, value size)`: writes a pair, the key being at KEY_INPUT, into
 * the tree that hangs in the slot. The value must not lie in a block of the tree.
 */
export function defineInsert(m: ModuleBuilder, parts: KernelParts): void {
  const createLeaf = defineCreateLeaf(m, parts)
  const overwrite = defineOverwrite(m, { ...parts, createLeaf })
  const fork = defineFork(m, parts)
  const signature = { params: ['i32', 'i32', 'i32', 'i32'], result: 'i32', name: 'insert' } as const
  m.function(signature, (f, ...parameters) => {
    writeInsert(f, { ...parts, createLeaf, overwrite, fork }, parameters)
  })
}
