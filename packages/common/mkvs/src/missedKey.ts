/** Under which key a node is to be asked for that the tree knows by its hash only. */

import type { Arena } from './arena.ts'
import { bitOf, writeBits } from './bits.ts'
import {
  AT_CHILDREN,
  AT_LABEL,
  AT_LABEL_BITS,
  CELL_STACK_TOP,
  STACK,
  STACK_ENTRY,
} from './kernel/layout.ts'
import { labelSize } from './nodeRecord.ts'

const RIGHT_BIT = Uint8Array.of(0x80)
const LEFT_BIT = Uint8Array.of(0x00)

/** The internal nodes above the missed slot, if a lookup of `key` from the root has missed it. */
export function nodesOfLookup(arena: Arena, rootSlot: number, key: Uint8Array): number[] {
  const nodes: number[] = []
  let slot = rootSlot
  let depth = 0
  while (slot !== arena.neededSlot) {
    const node = arena.word(slot)
    nodes.push(node)
    depth += labelBitsOf(arena, node)
    // A removal misses what is beside the leaf that goes.
    if (whichSlot(node, arena.neededSlot) !== undefined) break
    const which = depth === key.length * 8 ? 0 : 1 + bitOf(key, depth)
    slot = node + AT_CHILDREN + 4 * which
  }
  return nodes
}

/** The same, if a cursor has missed it. */
export function nodesOfWalk(arena: Arena): number[] {
  const nodes: number[] = []
  const top = arena.word(CELL_STACK_TOP)
  for (let at = STACK; at < top; at += STACK_ENTRY) nodes.push(arena.word(at))
  return nodes
}

/**
 * The key that was looked for, if it lies below the missed node, and otherwise the first key that
 * may. Who looks that one up or seeks it in the whole tree comes by the node for certain: a walk
 * that has left the key behind, or met changes, would ask for the wrong part of the tree otherwise.
 */
export function missedKey(arena: Arena, nodes: readonly number[], key: Uint8Array): Uint8Array {
  let bits = 0
  for (const node of nodes) bits += labelBitsOf(arena, node)
  const path = new Uint8Array(labelSize(bits + 1))
  let depth = 0
  for (const node of nodes) {
    const size = labelSize(labelBitsOf(arena, node))
    const label = arena.heap.slice(node + AT_LABEL, node + AT_LABEL + size)
    writeBits(path, depth, label, labelBitsOf(arena, node))
    depth += labelBitsOf(arena, node)
  }
  const parent = nodes.at(-1)
  const which = parent === undefined ? 0 : (whichSlot(parent, arena.neededSlot) ?? 0)
  if (which !== 0) writeBits(path, depth++, which === 2 ? RIGHT_BIT : LEFT_BIT, 1)
  return isBelow(key, path, depth) ? key.slice() : path.slice(0, labelSize(depth))
}

function labelBitsOf({ heap }: Arena, node: number): number {
  return heap[node + AT_LABEL_BITS]! + 256 * heap[node + AT_LABEL_BITS + 1]!
}

/** Which child's slot of a node this is. */
function whichSlot(node: number, slot: number): number | undefined {
  const offset = slot - node - AT_CHILDREN
  return offset >= 0 && offset <= 8 ? offset / 4 : undefined
}

function isBelow(key: Uint8Array, path: Uint8Array, bits: number): boolean {
  if (key.length * 8 < bits) return false
  for (let bit = 0; bit < bits; bit++) if (bitOf(key, bit) !== bitOf(path, bit)) return false
  return true
}
