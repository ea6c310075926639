/** Removing: one walk down that changes nothing, then one change; a lonely child moves up. */

import { type Expression, i32 } from '@wadi/base/wasm/expression'
import {
  call,
  type FunctionBuilder,
  type FunctionReference,
  type Local,
} from '@wadi/base/wasm/function'
import type { ModuleBuilder } from '@wadi/base/wasm/module'
import { needLoaded, push } from './descent.ts'
import { writeHeader } from './header.ts'
import {
  ABSENT,
  AT_CHILDREN,
  AT_CLASS,
  AT_FLAGS,
  AT_GENERATION,
  AT_KEY,
  AT_LABEL,
  AT_LABEL_BITS,
  bitAt,
  CELL_GENERATION,
  CELL_LEAF,
  CLASS_SIZES,
  DONE,
  DONE_TOUCHED,
  FLAG_DEAD,
  FLAG_EXISTED,
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
  PREIMAGE,
  STACK,
  STACK_ENTRY,
  sideSlot,
} from './layout.ts'

type Value = Expression<'i32'>
type Join = FunctionReference<readonly ['i32', 'i32']>
type Collapse = FunctionReference<readonly ['i32', 'i32', 'i32']>

/** (upper, lower) → the lower internal node with the upper one's label before its own. */
function defineJoin(m: ModuleBuilder, parts: KernelParts): Join {
  const { allocate, release, copyBits, unstore } = parts
  return m.function({ params: ['i32', 'i32'], result: 'i32' }, (f, upper, lower) => {
    const upperBits = f.let(labelBitsOf(upper))
    const bits = f.let(i32.add(upperBits, labelBitsOf(lower)))
    const size = f.let(i32.add(labelBytes(bits), AT_LABEL))
    // The joint label is put together where preimages are: the lower label moves right by a
    // number of bits that need not be whole bytes, so its first byte is shared with the upper's.
    const odd = f.let(i32.and(upperBits, 7))
    const seam = f.let(i32.add(PREIMAGE, i32.shrU(upperBits, 3)))
    const label = f.let(i32.add(lower, AT_LABEL))
    f.copy(PREIMAGE, i32.add(upper, AT_LABEL), labelBytes(upperBits))
    f.if(
      odd,
      () => {
        f.store8(seam, i32.or(i32.load8u(seam), i32.shrU(i32.load8u(label), odd)))
        const left = i32.sub(labelBitsOf(lower), i32.sub(8, odd))
        const rest = f.let(left)
        f.if(i32.gtS(rest, 0), () =>
          f.run(copyBits, i32.add(seam, 1), label, i32.sub(8, odd), rest),
        )
      },
      () => f.copy(seam, label, labelBytes(labelBitsOf(lower))),
    )
    f.run(unstore, lower)
    const joined = f.let(lower)
    const capacity = i32.load(i32.add(CLASS_SIZES, i32.shl(i32.load8u(lower, AT_CLASS), 2)))
    f.if(i32.gtU(size, capacity), () => {
      f.set(joined, call('i32', allocate, size))
      writeHeader(f, joined, KIND_INTERNAL, 0)
      f.copy(i32.add(joined, AT_CHILDREN), i32.add(lower, AT_CHILDREN), 12)
      f.run(release, lower)
    })
    f.copy(i32.add(joined, AT_LABEL), PREIMAGE, labelBytes(bits))
    f.store16(joined, bits, AT_LABEL_BITS)
    f.store8(joined, i32.or(flagsOf(joined), FLAG_STALE), AT_FLAGS)
    f.return(joined)
  })
}

/** (parent, slot of the child that goes) → slot of the only other child, or 0 if there are two. */
function defineLonely(m: ModuleBuilder): FunctionReference<readonly ['i32', 'i32']> {
  return m.function({ params: ['i32', 'i32'], result: 'i32' }, (f, parent, slot) => {
    const found = f.local('i32')
    const other = f.let(i32.add(parent, AT_CHILDREN))
    const end = f.let(i32.add(parent, AT_CHILDREN + 12))
    f.while(i32.ltU(other, end), () => {
      f.if(i32.and(i32.ne(i32.load(other), 0), i32.ne(other, slot)), () => {
        f.if(found, () => f.return(0))
        f.set(found, other)
      })
      f.set(other, i32.add(other, 4))
    })
    f.return(found)
  })
}

/** (slot of parent, parent, its only other child): the child takes the parent's place. */
function defineCollapse(m: ModuleBuilder, parts: KernelParts): Collapse {
  const join = defineJoin(m, parts)
  return m.function({ params: ['i32', 'i32', 'i32'] }, (f, parentSlot, parent, child) => {
    f.if(i32.eq(kindOf(child), KIND_INTERNAL), () => {
      f.set(child, call('i32', join, parent, child))
    })
    f.store32(parentSlot, child)
    f.run(parts.unstore, parent)
    f.run(parts.release, parent)
  })
}

interface Walk {
  readonly slot: Local<'i32'>
  readonly parentSlot: Local<'i32'>
  readonly top: Local<'i32'>
  readonly node: Local<'i32'>
}

/** Walks down to the leaf of the key; leaves the function if there is none. */
function writeDescent(
  f: FunctionBuilder,
  { equal }: KernelParts,
  walk: Walk,
  keySize: Value,
): void {
  const { slot, parentSlot, top, node } = walk
  const keyBits = f.let(i32.shl(keySize, 3))
  const depth = f.local('i32')
  f.block((found) => {
    f.loop((next) => {
      f.set(node, i32.load(slot))
      f.if(i32.eqz(node), () => f.return(ABSENT))
      needLoaded(f, node, slot)
      f.store8(node, i32.load(CELL_GENERATION), AT_GENERATION)
      f.if(i32.eq(kindOf(node), KIND_LEAF), () => {
        f.if(i32.ne(keySizeOf(node), keySize), () => f.return(ABSENT))
        f.breakIf(found, call('i32', equal, i32.add(node, AT_KEY), KEY_INPUT, keySize))
        f.return(ABSENT)
      })
      f.set(depth, i32.add(depth, labelBitsOf(node)))
      f.if(i32.gtU(depth, keyBits), () => f.return(ABSENT))
      push(f, top, node, 0)
      f.set(parentSlot, slot)
      f.if(
        i32.eq(depth, keyBits),
        () => f.set(slot, i32.add(node, AT_CHILDREN)),
        () => f.set(slot, sideSlot(node, bitAt(KEY_INPUT, depth))),
      )
      f.break(next)
    })
  })
}

/**
 * Adds `remove(slot, key size)`: takes the pair with the key at KEY_INPUT out of the tree that
 * hangs in the slot. The leaf itself is left to the keeper of the touched leaves, which is named in
 * CELL_LEAF.
 */
export function defineRemove(m: ModuleBuilder, parts: KernelParts): void {
  const { ensureRoom, unstore, spoilPath } = parts
  const lonely = defineLonely(m)
  const collapse = defineCollapse(m, parts)
  const signature = { params: ['i32', 'i32'], result: 'i32', name: 'remove' } as const
  m.function(signature, (f, start, keySize) => {
    f.if(i32.eqz(call('i32', ensureRoom, NODE_ROOM)), () => f.return(NO_MEMORY))
    const walk: Walk = {
      slot: f.let(start),
      parentSlot: f.local('i32'),
      top: f.let(i32.const(STACK)),
      node: f.local('i32'),
    }
    const { slot, parentSlot, top, node } = walk
    writeDescent(f, parts, walk, keySize)
    const parent = f.local('i32')
    const other = f.local('i32')
    f.if(i32.gtU(top, STACK), () => {
      f.set(parent, i32.load(i32.sub(top, STACK_ENTRY)))
      const otherSlot = f.let(call('i32', lonely, parent, slot))
      f.if(otherSlot, () => {
        f.set(other, i32.load(otherSlot))
        // Even a leaf: only where it hangs now tells its key to whoever must ask for it.
        needLoaded(f, other, otherSlot)
      })
    })
    f.store32(slot, 0)
    f.run(unstore, node)
    f.if(other, () => {
      f.run(collapse, parentSlot, parent, other)
      f.set(top, i32.sub(top, STACK_ENTRY))
    })
    f.run(spoilPath, top)
    const flags = f.let(flagsOf(node))
    f.store32(CELL_LEAF, node)
    f.if(i32.and(flags, FLAG_TOUCHED), () => {
      f.store8(node, i32.or(flags, FLAG_DEAD), AT_FLAGS)
      f.return(DONE)
    })
    f.store8(node, i32.or(flags, FLAG_TOUCHED | FLAG_EXISTED | FLAG_DEAD), AT_FLAGS)
    f.return(DONE_TOUCHED)
  })
}
