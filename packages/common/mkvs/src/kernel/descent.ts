/** What all walks down the tree have in common: the stack, and nodes that are not in memory. */

import { type Expression, i32 } from '@wadi/base/wasm/expression'
import type { FunctionBuilder, Local } from '@wadi/base/wasm/function'
import {
  CELL_SLOT,
  CELL_STACK_TOP,
  KIND_STUB,
  kindOf,
  NEED_NODE,
  STACK,
  STACK_BYTES,
  STACK_ENTRY,
} from './layout.ts'

type Value = Expression<'i32'>

/**
 * Puts a node and what has been done with it on the stack. No tree of ours is deeper than the
 * stack; records that lead in a circle would be, and must not overwrite what lies behind it.
 */
export function push(
  f: FunctionBuilder,
  top: Local<'i32'>,
  node: Value,
  taken: Value | number,
): void {
  f.if(i32.geU(top, STACK + STACK_BYTES), () => f.trap())
  f.store32(top, node)
  f.store32(top, taken, 4)
  f.set(top, i32.add(top, STACK_ENTRY))
}

/**
 * Leaves the function with NEED_NODE if the node in the slot is a stub. With `top` it is told where
 * the stack ends, on which the nodes above are.
 */
export function needLoaded(f: FunctionBuilder, node: Value, slot: Value, top?: Value): void {
  f.if(i32.eq(kindOf(node), KIND_STUB), () => {
    f.store32(CELL_SLOT, slot)
    if (top !== undefined) f.store32(CELL_STACK_TOP, top)
    f.return(NEED_NODE)
  })
}
