/** Bringing what a proof has shown into a tree that knew it by its hashes only. */

import { toHex } from '@wadi/base/bytes'
import type { Arena } from './arena.ts'
import { bitOf } from './bits.ts'
import {
  AT_CHILDREN,
  AT_LABEL_BITS,
  FLAG_STALE,
  KIND_INTERNAL,
  KIND_STUB,
} from './kernel/layout.ts'
import { encodeRecord, type StoredChild } from './nodeRecord.ts'
import type { ProofNode, VerifiedProof } from './proofNode.ts'

type Included = Exclude<ProofNode, undefined | { readonly kind: 'hash' }>

function collect(node: ProofNode, found: Map<string, Included>): void {
  if (node === undefined || node.kind === 'hash') return
  found.set(toHex(node.hash), node)
  if (node.kind === 'leaf') return
  for (const child of [node.leaf, node.left, node.right]) collect(child, found)
}

/** The record of a node of which no child is stored. */
function recordOf(node: Included): Uint8Array {
  if (node.kind === 'leaf') return encodeRecord(node)
  const child = (of: ProofNode): StoredChild | undefined => of && { hash: of.hash, address: 0 }
  const { kind, labelBits, label, leaf, left, right } = node
  return encodeRecord({
    kind,
    labelBits,
    label,
    leaf: child(leaf),
    left: child(left),
    right: child(right),
  })
}

/** See `Tree.merge`. */
export function mergeProof(
  arena: Arena,
  rootSlot: number,
  proof: VerifiedProof,
  key: Uint8Array,
): void {
  const included = new Map<string, Included>()
  collect(proof.node, included)
  arena.holding(() => {
    const merging = { arena, rootSlot, included }
    // What is missing lies on the way to the key, beside it, or where the tree has changed. If it
    // does not, the tree was hashed since it changed, which hides where that was.
    if (!install(merging, key)) install(merging, undefined)
  })
}

interface Merging {
  readonly arena: Arena
  readonly rootSlot: number
  readonly included: ReadonlyMap<string, Included>
}

/** Puts nodes in the place of stubs, near a key or everywhere; was there any? */
function install({ arena, rootSlot, included }: Merging, key: Uint8Array | undefined): boolean {
  let isAnyNew = false
  const open = [{ slot: rootSlot, depth: 0, isOnPath: true }]
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const { slot, depth, isOnPath } = place
    if (arena.word(slot) === 0) continue
    const known = included.get(toHex(arena.hashOf(arena.word(slot))))
    const isStub = arena.heap[arena.word(slot)] === KIND_STUB
    if (isStub && known !== undefined) {
      arena.install(slot, recordOf(known))
      isAnyNew = true
    }
    const node = arena.word(slot)
    if (arena.heap[node] !== KIND_INTERNAL) continue
    const isStale = (arena.flagsOf(node) & FLAG_STALE) !== 0
    if (key !== undefined && known === undefined && !isStale && !isOnPath) continue
    const end =
      depth + arena.heap[node + AT_LABEL_BITS]! + 256 * arena.heap[node + AT_LABEL_BITS + 1]!
    const onPath = isOnPath && key !== undefined ? childOnPath(key, end) : -1
    for (const which of [0, 1, 2])
      open.push({ slot: node + AT_CHILDREN + 4 * which, depth: end, isOnPath: which === onPath })
  }
  return isAnyNew
}

function childOnPath(key: Uint8Array, end: number): number {
  if (end > key.length * 8) return -1
  return end === key.length * 8 ? 0 : 1 + bitOf(key, end)
}
