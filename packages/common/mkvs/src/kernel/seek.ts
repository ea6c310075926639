/**
 * Walking keys in order. The stack holds the internal nodes above the current leaf, each with the
 * child that was taken: 0 leaf slot, 1 left, 2 right, which is also the order of their keys.
 */

import { type Expression, i32 } from '@wadi/base/wasm/expression'
import { call, type FunctionReference } from '@wadi/base/wasm/function'
import type { ModuleBuilder } from '@wadi/base/wasm/module'
import { needLoaded, push } from './descent.ts'
import {
  ABSENT,
  AT_CHILDREN,
  AT_GENERATION,
  AT_KEY,
  AT_LABEL,
  bitAt,
  CELL_GENERATION,
  CELL_STACK_TOP,
  KEY_INPUT,
  type KernelParts,
  KIND_LEAF,
  keySizeOf,
  kindOf,
  labelBitsOf,
  STACK,
  STACK_ENTRY,
} from './layout.ts'

type Value = Expression<'i32'>
type Descend = FunctionReference<readonly ['i32', 'i32']>
type Climb = FunctionReference<readonly ['i32']>

const childSlot = (node: Value, which: Value | number): Value =>
  i32.add(i32.add(node, AT_CHILDREN), i32.shl(which, 2))

/** (slot, stack top) → the first leaf of a subtree that is not empty. */
function defineFirst(m: ModuleBuilder): Descend {
  return m.function({ params: ['i32', 'i32'], result: 'i32' }, (f, slot, top) => {
    const node = f.local('i32')
    const which = f.local('i32')
    f.loop((next) => {
      f.set(node, i32.load(slot))
      needLoaded(f, node, slot, top)
      f.store8(node, i32.load(CELL_GENERATION), AT_GENERATION)
      f.if(i32.eq(kindOf(node), KIND_LEAF), () => {
        f.store32(CELL_STACK_TOP, top)
        f.return(node)
      })
      f.set(which, 0)
      f.while(i32.eqz(i32.load(childSlot(node, which))), () => f.set(which, i32.add(which, 1)))
      push(f, top, node, which)
      f.set(slot, childSlot(node, which))
      f.break(next)
    })
  })
}

/** (stack top) → the first leaf behind everything that the stack has taken. */
function defineClimb(m: ModuleBuilder, first: Descend): Climb {
  return m.function({ params: ['i32'], result: 'i32' }, (f, top) => {
    f.while(i32.gtU(top, STACK), () => {
      const node = f.let(i32.load(i32.sub(top, STACK_ENTRY)))
      const which = f.let(i32.add(i32.load(i32.sub(top, 4)), 1))
      f.while(i32.leU(which, 2), () => {
        const slot = f.let(childSlot(node, which))
        f.if(i32.load(slot), () => {
          f.store32(i32.sub(top, 4), which)
          f.return(call('i32', first, slot, top))
        })
        f.set(which, i32.add(which, 1))
      })
      f.set(top, i32.sub(top, STACK_ENTRY))
    })
    f.return(ABSENT)
  })
}

/** (a, size of a, b, size of b) → negative, zero or positive: the order of two keys. */
function defineCompare(m: ModuleBuilder): FunctionReference<readonly ['i32', 'i32', 'i32', 'i32']> {
  return m.function(
    { params: ['i32', 'i32', 'i32', 'i32'], result: 'i32' },
    (f, a, aSize, b, bSize) => {
      const shared = f.let(i32.select(i32.ltU(aSize, bSize), aSize, bSize))
      const at = f.local('i32')
      f.while(i32.ltU(at, shared), () => {
        const difference = f.let(i32.sub(i32.load8u(i32.add(a, at)), i32.load8u(i32.add(b, at))))
        f.if(difference, () => f.return(difference))
        f.set(at, i32.add(at, 1))
      })
      f.return(i32.sub(aSize, bSize))
    },
  )
}

/**
 * Adds `seek(slot, key size, least)`, which finds the first leaf whose key is at least `least`
 * steps (0 or 1) behind the key at KEY_INPUT, and `next()`, which goes on from there as long as
 * nothing else has used the stack.
 */
export function defineSeek(
  m: ModuleBuilder,
  { commonBits }: Pick<KernelParts, 'commonBits'>,
): void {
  const first = defineFirst(m)
  const climb = defineClimb(m, first)
  const compare = defineCompare(m)
  m.function({ params: [], result: 'i32', name: 'next' }, (f) => {
    f.return(call('i32', climb, i32.load(CELL_STACK_TOP)))
  })
  const signature = { params: ['i32', 'i32', 'i32'], result: 'i32', name: 'seek' } as const
  m.function(signature, (f, slot, keySize, least) => {
    const keyBits = f.let(i32.shl(keySize, 3))
    const depth = f.local('i32')
    const top = f.let(i32.const(STACK))
    const node = f.local('i32')
    f.loop((next) => {
      f.set(node, i32.load(slot))
      f.if(i32.eqz(node), () => f.return(call('i32', climb, top)))
      needLoaded(f, node, slot, top)
      f.store8(node, i32.load(CELL_GENERATION), AT_GENERATION)
      f.if(i32.eq(kindOf(node), KIND_LEAF), () => {
        const key = i32.add(node, AT_KEY)
        const order = call('i32', compare, key, keySizeOf(node), KEY_INPUT, keySize)
        f.if(i32.ltS(order, least), () => f.return(call('i32', climb, top)))
        f.store32(CELL_STACK_TOP, top)
        f.return(node)
      })
      const bits = f.let(labelBitsOf(node))
      const label = f.let(i32.add(node, AT_LABEL))
      const same = f.let(call('i32', commonBits, label, bits, KEY_INPUT, depth, keyBits))
      f.set(depth, i32.add(depth, same))
      f.if(i32.ltU(same, bits), () => {
        // The key ends within the label, or is smaller at the first difference: all is behind it.
        const isBehind = i32.or(i32.eq(depth, keyBits), bitAt(label, same))
        f.if(isBehind, () => f.return(call('i32', first, slot, top)))
        f.return(call('i32', climb, top))
      })
      const side = f.local('i32')
      f.set(side, 0)
      f.if(i32.ltU(depth, keyBits), () => f.set(side, i32.add(bitAt(KEY_INPUT, depth), 1)))
      push(f, top, node, side)
      f.set(slot, childSlot(node, side))
      f.break(next)
    })
  })
}
