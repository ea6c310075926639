/** Reading from a verified proof, and knowing when it does not tell. */

import { compareBytes, equalBytes } from '@wadi/base/bytes'
import { bitOf, cutAndAppend, isBefore, writeBits } from './bits.ts'
import { errors } from './errors.ts'
import { KEY_BYTES_MAX } from './limits.ts'
import type { ProofInternal, ProofNode, VerifiedProof } from './proofNode.ts'
import type { Pair } from './state.ts'

/** What a proof says about a key. */
export type ProofAnswer =
  | { readonly kind: 'present'; readonly value: Uint8Array }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown' }

/** Looks a key up in a proof that begins at a tree's root. */
export function getFromProof({ node: root }: VerifiedProof, key: Uint8Array): ProofAnswer {
  const keyBits = key.length * 8
  let node = root
  let depth = 0
  while (node?.kind === 'internal') {
    depth += node.labelBits
    if (depth > keyBits) return { kind: 'absent' }
    if (depth === keyBits) node = node.leaf
    else node = bitOf(key, depth) === 0 ? node.left : node.right
  }
  if (node?.kind === 'hash') return { kind: 'unknown' }
  if (node === undefined || !equalBytes(node.key, key)) return { kind: 'absent' }
  return { kind: 'present', value: node.value }
}

/** A walk over a proof. */
interface Walk {
  readonly from: Uint8Array
  /** The bits of the path, good up to the node that the walk is at. */
  readonly path: Uint8Array
}

/**
 * The pairs from `from` on, in order, of a proof that begins at a tree's root. Where the proof does
 * not tell what comes next, the walk ends with an error.
 */
export function pairsFromProof({ node }: VerifiedProof, from: Uint8Array): Generator<Pair> {
  return pairsBelow(node, { from, path: new Uint8Array(KEY_BYTES_MAX + 2) }, 0)
}

const untold = (): Error => errors.badProof('it does not tell what comes next')

function* pairsBelow(node: ProofNode, walk: Walk, depth: number): Generator<Pair> {
  if (node === undefined) return
  if (node.kind === 'hash') throw untold()
  if (node.kind === 'leaf') {
    if (compareBytes(node.key, walk.from) >= 0) yield [node.key, node.value]
    return
  }
  const { from, path } = walk
  const end = depth + node.labelBits
  if (end > KEY_BYTES_MAX * 8) throw errors.badNode('deeper than any key')
  writeBits(path, depth, node.label, node.labelBits)
  yield* pairsInSlot(node, walk, end)
  for (const [bit, child] of [
    [0, node.left],
    [1, node.right],
  ] as const) {
    // All keys below have these bits; if they are smaller than the sought key's, none counts.
    const bits = Math.min(end + 1, from.length * 8)
    if (!isBefore(cutAndAppend(path, end, bit), from, bits)) yield* pairsBelow(child, walk, end)
  }
}

function* pairsInSlot({ leaf }: ProofInternal, { from, path }: Walk, end: number): Generator<Pair> {
  if (leaf === undefined || leaf.kind === 'internal') return
  const key = leaf.kind === 'leaf' ? leaf.key : path.subarray(0, end >>> 3)
  if (compareBytes(key, from) < 0) return
  if (leaf.kind === 'hash') throw untold()
  yield [leaf.key, leaf.value]
}
