/** Copies nodes within the kernel's memory. */

import type { Arena } from './arena.ts'
import {
  AT_CHILDREN,
  AT_CLASS,
  CLASS_SIZES,
  KIND_INTERNAL,
  NODE_ROOM,
  STACK,
} from './kernel/layout.ts'

const CHILDREN = [AT_CHILDREN, AT_CHILDREN + 4, AT_CHILDREN + 8] as const

/** A block like this one, whose children are not there yet. */
function copyBlock(arena: Arena, block: number): number {
  const bytes = arena.word(CLASS_SIZES + 4 * arena.heap[block + AT_CLASS]!)
  arena.ensureRoom(NODE_ROOM + bytes)
  const copy = arena.kernel.allocate(bytes) >>> 0
  const { heap } = arena
  heap.copyWithin(copy, block, block + bytes)
  if (heap[copy] === KIND_INTERNAL) for (const at of CHILDREN) arena.setWord(copy + at, 0)
  return copy
}

/** A node like this one, with all that hang from it; nothing is left of it if there is no room. */
export function copyNodes(arena: Arena, node: number): number {
  const root = copyBlock(arena, node)
  try {
    const open = [node, root]
    for (let copy = open.pop(); copy !== undefined; copy = open.pop()) {
      const source = open.pop()!
      if (arena.heap[source] !== KIND_INTERNAL) continue
      for (const at of CHILDREN) {
        const child = arena.word(source + at)
        if (child === 0) continue
        const copied = copyBlock(arena, child)
        arena.setWord(copy + at, copied)
        open.push(child, copied)
      }
    }
  } catch (error) {
    arena.kernel.releaseTree(root, STACK)
    throw error
  }
  return root
}
