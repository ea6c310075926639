/** Finding one key. */

import { i32 } from '@wadi/base/wasm/expression'
import { call } from '@wadi/base/wasm/function'
import type { ModuleBuilder } from '@wadi/base/wasm/module'
import {
  ABSENT,
  AT_CHILDREN,
  AT_GENERATION,
  AT_KEY,
  bitAt,
  CELL_GENERATION,
  CELL_SLOT,
  KEY_INPUT,
  type KernelParts,
  KIND_LEAF,
  KIND_STUB,
  keySizeOf,
  kindOf,
  labelBitsOf,
  NEED_NODE,
  sideSlot,
} from './layout.ts'

/**
 * Adds `get(slot, key size)`: the leaf of the key at KEY_INPUT in the tree that hangs in the slot.
 * Labels are not compared on the way down: only the leaf can tell, and it does.
 */
export function defineLookup(m: ModuleBuilder, { equal }: Pick<KernelParts, 'equal'>): void {
  const signature = { params: ['i32', 'i32'], result: 'i32', name: 'get' } as const
  m.function(signature, (f, slot, keySize) => {
    const generation = f.let(i32.load(CELL_GENERATION))
    const keyBits = f.let(i32.shl(keySize, 3))
    const depth = f.local('i32')
    const node = f.local('i32')
    const kind = f.local('i32')
    f.loop((next) => {
      f.set(node, i32.load(slot))
      f.if(i32.eqz(node), () => f.return(ABSENT))
      f.set(kind, kindOf(node))
      f.if(i32.eq(kind, KIND_STUB), () => {
        f.store32(CELL_SLOT, slot)
        f.return(NEED_NODE)
      })
      f.store8(node, generation, AT_GENERATION)
      f.if(i32.eq(kind, KIND_LEAF), () => {
        f.if(i32.ne(keySizeOf(node), keySize), () => f.return(ABSENT))
        const same = call('i32', equal, i32.add(node, AT_KEY), KEY_INPUT, keySize)
        f.return(i32.select(same, node, ABSENT))
      })
      f.set(depth, i32.add(depth, labelBitsOf(node)))
      f.if(i32.gtU(depth, keyBits), () => f.return(ABSENT))
      f.if(
        i32.eq(depth, keyBits),
        () => f.set(slot, i32.add(node, AT_CHILDREN)),
        () => f.set(slot, sideSlot(node, bitAt(KEY_INPUT, depth))),
      )
      f.break(next)
    })
  })
}
