/** Walking a subtree with a stack instead of recursion: trees are as deep as keys are long. */

import { type Expression, i32 } from '@wadi/base/wasm/expression'
import type { FunctionBuilder } from '@wadi/base/wasm/function'
import { push } from './descent.ts'
import { AT_CHILDREN, KIND_INTERNAL, kindOf, STACK_ENTRY } from './layout.ts'

type Value = Expression<'i32'>

interface Visit {
  readonly root: Value
  readonly isWanted: (node: Value) => Value
  readonly visit: (node: Value) => void
}

/** Visits a subtree's wanted nodes, children first; nothing below an unwanted node is wanted. */
export function writePostOrder(
  f: FunctionBuilder,
  base: Value | number,
  { root, isWanted, visit }: Visit,
): void {
  const top = f.local('i32')
  f.set(top, base)
  push(f, top, root, 0)
  const node = f.local('i32')
  const which = f.local('i32')
  f.while(i32.gtU(top, base), (_, next) => {
    f.set(node, i32.load(i32.sub(top, STACK_ENTRY)))
    f.set(which, i32.select(i32.eq(kindOf(node), KIND_INTERNAL), i32.load(i32.sub(top, 4)), 3))
    f.if(i32.ltU(which, 3), () => {
      f.store32(i32.sub(top, 4), i32.add(which, 1))
      const child = f.let(i32.load(i32.add(i32.add(node, AT_CHILDREN), i32.shl(which, 2))))
      f.if(child, () => {
        f.if(isWanted(child), () => {
          push(f, top, child, 0)
        })
      })
      f.break(next)
    })
    f.set(top, i32.sub(top, STACK_ENTRY))
    visit(node)
  })
}
