/**
 * The tree as the specification tells it: plain nodes and pure functions. It is the yardstick for
 * the kernel, and the place to read how the tree works.
 */

import { compareBytes, concatBytes, equalBytes } from '@wadi/base/bytes'
import { EMPTY_HASH } from './roots.ts'

/** A full key and its value. */
export interface Leaf {
  readonly kind: 'leaf'
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** A place where keys part. Never has exactly one child. */
export interface Internal {
  readonly kind: 'internal'
  /** The bits on the edge into this node, as a text of 0 and 1. */
  readonly label: string
  /** The pair whose key ends here. */
  readonly leaf: Node
  readonly left: Node
  readonly right: Node
}

/** A tree; undefined is the empty one. */
export type Node = Leaf | Internal | undefined

/** SHA-512/256. */
export type Hash = (preimage: Uint8Array) => Uint8Array

type Side = 'leaf' | 'left' | 'right'

/** The bits of a byte string, most significant first. */
export function bitsOf(bytes: Uint8Array): string {
  let bits = ''
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0')
  return bits
}

function commonPrefix(a: string, b: string): string {
  let size = 0
  while (size < a.length && a[size] === b[size]) size++
  return a.slice(0, size)
}

/** Where a key goes on whose remaining bits are these. */
function sideOf(rest: string): Side {
  if (rest === '') return 'leaf'
  return rest[0] === '0' ? 'left' : 'right'
}

const NO_CHILDREN = { leaf: undefined, left: undefined, right: undefined } as const

/** The value of a key in the subtree that is entered after `depth` bits. */
export function get(node: Node, key: Uint8Array, depth = 0): Uint8Array | undefined {
  if (node === undefined) return undefined
  if (node.kind === 'leaf') return equalBytes(node.key, key) ? node.value : undefined
  const rest = bitsOf(key).slice(depth)
  if (!rest.startsWith(node.label)) return undefined
  const end = depth + node.label.length
  return get(node[sideOf(rest.slice(node.label.length))], key, end)
}

/** The subtree with one pair more, or with another value for its key. */
export function insert(node: Node, key: Uint8Array, value: Uint8Array, depth = 0): Node {
  const fresh: Leaf = { kind: 'leaf', key, value }
  if (node === undefined) return fresh
  const rest = bitsOf(key).slice(depth)
  if (node.kind === 'leaf') {
    if (equalBytes(node.key, key)) return fresh
    const otherRest = bitsOf(node.key).slice(depth)
    const label = commonPrefix(rest, otherRest)
    const mine = sideOf(rest.slice(label.length))
    const other = sideOf(otherRest.slice(label.length))
    return { kind: 'internal', label, ...NO_CHILDREN, [mine]: fresh, [other]: node }
  }
  const label = commonPrefix(rest, node.label)
  const side = sideOf(rest.slice(label.length))
  if (label.length === node.label.length) {
    return { ...node, [side]: insert(node[side], key, value, depth + label.length) }
  }
  // The node keeps the bit that selects it from now on.
  const lower: Internal = { ...node, label: node.label.slice(label.length) }
  return { kind: 'internal', label, ...NO_CHILDREN, [side]: fresh, [sideOf(lower.label)]: lower }
}

/** The subtree without a key. */
export function remove(node: Node, key: Uint8Array, depth = 0): Node {
  if (node === undefined) return undefined
  if (node.kind === 'leaf') return equalBytes(node.key, key) ? undefined : node
  const rest = bitsOf(key).slice(depth)
  if (!rest.startsWith(node.label)) return node
  const side = sideOf(rest.slice(node.label.length))
  const changed = { ...node, [side]: remove(node[side], key, depth + node.label.length) }
  const children = [changed.leaf, changed.left, changed.right].filter((c) => c !== undefined)
  if (children.length > 1) return changed
  const [only] = children
  if (only?.kind !== 'internal') return only
  return { ...only, label: changed.label + only.label }
}

/** All pairs in the order of their keys. */
export function* pairs(node: Node): Generator<readonly [Uint8Array, Uint8Array]> {
  if (node === undefined) return
  if (node.kind === 'leaf') {
    yield [node.key, node.value]
    return
  }
  for (const child of [node.leaf, node.left, node.right]) yield* pairs(child)
}

/** The first pair whose key is not before `key`. */
export function seek(node: Node, key: Uint8Array): readonly [Uint8Array, Uint8Array] | undefined {
  for (const pair of pairs(node)) if (compareBytes(pair[0], key) >= 0) return pair
  return undefined
}

const u16 = (n: number): Uint8Array => Uint8Array.of(n & 255, n >> 8)
const u32 = (n: number): Uint8Array =>
  Uint8Array.of(n & 255, (n >> 8) & 255, (n >> 16) & 255, n >>> 24)

function packBits(bits: string): Uint8Array {
  return Uint8Array.from({ length: Math.ceil(bits.length / 8) }, (_, i) =>
    Number.parseInt(bits.slice(8 * i, 8 * i + 8).padEnd(8, '0'), 2),
  )
}

/** The hash of a node; the root node's is the tree's. */
export function hashOf(node: Node, hash: Hash): Uint8Array {
  if (node === undefined) return EMPTY_HASH
  if (node.kind === 'leaf') {
    const { key, value } = node
    return hash(concatBytes(Uint8Array.of(0), u32(key.length), key, u32(value.length), value))
  }
  const children = [node.leaf, node.left, node.right].map((child) => hashOf(child, hash))
  return hash(
    concatBytes(Uint8Array.of(1), u16(node.label.length), packBits(node.label), ...children),
  )
}
