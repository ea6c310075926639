/** Making a checkpoint: which nodes go into which chunk. */

import { EMPTY_BYTES } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { bitOf, cutAndAppend, writeBits } from '../bits.ts'
import { SUBTREE_SPLITS_MAX } from '../limits.ts'
import type { Proof } from '../proof.ts'
import { ProofBuilder } from '../proofBuilder.ts'
import { ReferenceIterator } from '../referenceWalk.ts'
import type { Tree } from '../tree.ts'
import type { TreeNodes } from '../treeNodes.ts'

/** A part of a tree that is cut into chunks, independently of all other parts. */
export interface ChunkTask {
  /** All keys of the part begin with the first `bits` bits of this. */
  readonly path: Uint8Array
  readonly bits: number
  /** Where the next chunk begins: at the first key that is not before this one. */
  readonly from: Uint8Array
}

/** One chunk, and the rest of the task if there is one. */
export interface ProducedChunk {
  readonly entries: Proof['entries']
  readonly next: ChunkTask | undefined
}

/** The whole tree as one task: the sequential algorithm. */
export const WHOLE_TREE: ChunkTask = { path: EMPTY_BYTES, bits: 0, from: EMPTY_BYTES }

/**
 * The next chunk of a task: nodes in the order of their keys until the size estimate reaches
 * `bytesMin`. A chunk ends only behind a leaf.
 * COMPAT(oasis-core): for the whole tree the chunks are the ones of the sequential algorithm; the
 * key at which a chunk is found to be full is still part of it.
 */
export function produceChunk(tree: Tree, task: ChunkTask, bytesMin: number): ProducedChunk {
  return tree.withNodes((nodes) => {
    const builder = new ProofBuilder(nodes, 0)
    let visited: number[] = []
    const iterator = new ReferenceIterator(nodes, (node) => visited.push(node))
    const includeVisited = (): void => {
      for (const node of visited) builder.include(node)
      visited = []
    }
    const isWithin = (): boolean => iterator.key !== undefined && belongs(iterator.key, task)
    iterator.seek(task.from)
    for (; isWithin(); iterator.next()) {
      includeVisited()
      if (builder.size >= bytesMin) break
    }
    // A step that leads out of the tree, and not merely out of the task, belongs to the last chunk.
    if (iterator.key === undefined) includeVisited()
    const { entries } = builder.build(nodes.root(EMPTY_BYTES), tree.root.hash)
    if (isWithin()) iterator.next()
    const from = iterator.key
    const hasMore = from !== undefined && belongs(from, task)
    return { entries, next: hasMore ? { ...task, from } : undefined }
  })
}

function belongs(key: Uint8Array, { path, bits }: ChunkTask): boolean {
  if (bits > key.length * 8) return false
  const whole = bits >>> 3
  for (let i = 0; i < whole; i++) if (key[i] !== path[i]) return false
  for (let bit = whole * 8; bit < bits; bit++)
    if (bitOf(key, bit) !== bitOf(path, bit)) return false
  return true
}

/**
 * Cuts the tree into about `count` tasks, from left to right. Pairs in leaf slots above the cuts
 * need no task: they are part of the nodes on the way, which every chunk includes.
 */
export function splitTree(tree: Tree, count: number): readonly ChunkTask[] {
  assert(count >= 1, 'mkvs: a tree is cut into one task at least')
  return tree.withNodes((nodes) => {
    let tasks: readonly ChunkTask[] = [WHOLE_TREE]
    for (let round = 0; round < SUBTREE_SPLITS_MAX && tasks.length < count; round++) {
      const next: ChunkTask[] = []
      tasks.forEach((task, i) => {
        const isEnough = next.length + tasks.length - i >= count
        if (isEnough) next.push(task)
        else next.push(...splitTask(nodes, task))
      })
      tasks = next
    }
    return tasks
  })
}

/** The parts on both sides of the first node of a task that has two sides. */
function splitTask(nodes: TreeNodes, task: ChunkTask): readonly ChunkTask[] {
  let node = nodes.root(EMPTY_BYTES)
  let depth = 0
  while (node !== 0 && !nodes.isLeaf(node)) {
    const end = depth + nodes.labelBits(node)
    if (end >= task.bits) {
      const path = new Uint8Array((end >>> 3) + 1)
      path.set(task.path.subarray(0, path.length))
      writeBits(path, depth, nodes.label(node), end - depth)
      return (['left', 'right'] as const)
        .filter((side) => nodes.peek(node, side) !== 0)
        .map((side) => subtreeTask(path, end, side === 'left' ? 0 : 1))
    }
    depth = end
    node = nodes.child(node, bitOf(task.path, depth) === 0 ? 'left' : 'right', EMPTY_BYTES)
  }
  return [task]
}

function subtreeTask(path: Uint8Array, end: number, bit: 0 | 1): ChunkTask {
  const start = cutAndAppend(path, end, bit)
  return { path: start, bits: end + 1, from: start }
}
