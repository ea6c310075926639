/**
 * Moves all blocks of an arena to the beginning of its heap, so that what was free between them is
 * one piece at the end. It goes over all of the memory, so it is for when nothing else helps.
 */

import {
  AT_CHILDREN,
  AT_CLASS,
  AT_SLOT_POINTER,
  CELL_BUMP,
  CELL_IN_USE,
  CLASS_SIZES,
  FREE_LISTS,
  HEAP,
  KIND_FREE,
  KIND_GAP,
  KIND_INTERNAL,
  KIND_SLOT,
  KIND_STUB,
  STUB_CLASS,
} from './kernel/layout.ts'
import { ARENA_FREE_PERCENT_MIN } from './limits.ts'

/** Is so much free that going over all of the memory is worth it? */
export function isWorthCompacting(bytesInUse: number, memoryBytesMax: number): boolean {
  const free = memoryBytesMax - HEAP - bytesInUse
  return free * 100 >= memoryBytesMax * ARENA_FREE_PERCENT_MIN
}

interface Memory {
  readonly heap: Uint8Array
  readonly words: Uint32Array
}

/** Where the block is that was at this address. */
type Forward = (address: number) => number

function* blocksOf({ heap, words }: Memory): Generator<readonly [at: number, size: number]> {
  const end = words[CELL_BUMP >>> 2]!
  for (let at = HEAP, size = 0; at < end; at += size) {
    const isGap = heap[at] === KIND_GAP
    size = isGap ? words[(at + 4) >>> 2]! : words[(CLASS_SIZES >>> 2) + heap[at + AT_CLASS]!]!
    if (!isGap && heap[at] !== KIND_FREE) yield [at, size]
  }
}

/** Stubs that took the place of a node in its own block shrink to their size. */
function sizeToKeep({ heap, words }: Memory, at: number, size: number): number {
  return heap[at] === KIND_STUB ? words[(CLASS_SIZES >>> 2) + STUB_CLASS]! : size
}

/** Plans where everything goes: runs of blocks that move by the same distance. */
function plan(memory: Memory): { readonly forward: Forward; readonly end: number } {
  const starts: number[] = []
  const distances: number[] = []
  let end = HEAP
  for (const [at, size] of blocksOf(memory)) {
    if (distances.at(-1) !== at - end) {
      starts.push(at)
      distances.push(at - end)
    }
    end += sizeToKeep(memory, at, size)
  }
  const forward: Forward = (address) => {
    let low = 0
    for (let high = starts.length; high - low > 1; ) {
      const middle = (low + high) >>> 1
      if (starts[middle]! <= address) low = middle
      else high = middle
    }
    return address - distances[low]!
  }
  return { forward, end }
}

/** Compacts; whoever keeps addresses of blocks outside asks the result where they are. */
export function compact(memory: Memory): Forward {
  const { heap, words } = memory
  const { forward, end } = plan(memory)
  const follow = (pointer: number): void => {
    const target = words[pointer >>> 2]!
    if (target !== 0) words[pointer >>> 2] = forward(target)
  }
  // Blocks only move down, so none is written over before its turn; its successor is known by then.
  for (const [at, size] of blocksOf(memory)) {
    const kept = sizeToKeep(memory, at, size)
    if (heap[at] === KIND_STUB) heap[at + AT_CLASS] = STUB_CLASS
    if (heap[at] === KIND_SLOT) follow(at + AT_SLOT_POINTER)
    if (heap[at] === KIND_INTERNAL)
      for (const offset of [0, 4, 8]) follow(at + AT_CHILDREN + offset)
    heap.copyWithin(forward(at), at, at + kept)
  }
  words.fill(0, FREE_LISTS >>> 2, CLASS_SIZES >>> 2)
  words[CELL_BUMP >>> 2] = end
  words[CELL_IN_USE >>> 2] = end - HEAP
  return forward
}
