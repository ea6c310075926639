/**
 * A map in the order of its keys that is never changed: every change gives another one, which
 * shares with it all but the way from the root to the change. A balanced tree (AVL).
 */

/** Which key is first? Negative, zero or positive. */
export type Compare<K> = (a: K, b: K) => number

interface Branch<K, V> {
  readonly key: K
  readonly value: V
  readonly left: Branch<K, V> | undefined
  readonly right: Branch<K, V> | undefined
  readonly height: number
  readonly size: number
}

type Tree<K, V> = Branch<K, V> | undefined

/** Keys in order, each with a value. */
export interface SortedMap<K, V> {
  readonly compare: Compare<K>
  readonly size: number
  readonly root: Branch<K, V> | undefined
}

function mapOf<K, V>(compare: Compare<K>, root: Tree<K, V>): SortedMap<K, V> {
  return { compare, size: sizeOf(root), root }
}

/** A map with nothing in it. */
export function emptyMap<K, V>(compare: Compare<K>): SortedMap<K, V> {
  return { compare, size: 0, root: undefined }
}

/** The value of a key. */
export function valueAt<K, V>({ compare, root }: SortedMap<K, V>, key: K): V | undefined {
  for (let at = root; at !== undefined; ) {
    const order = compare(key, at.key)
    if (order === 0) return at.value
    at = order < 0 ? at.left : at.right
  }
  return undefined
}

/** The map with a value for the key, in place of the one it had. */
export function withValue<K, V>(map: SortedMap<K, V>, key: K, value: V): SortedMap<K, V> {
  const { compare, root } = map
  return mapOf(compare, put(compare, root, key, value))
}

/** The map without the key. */
export function withoutKey<K, V>(map: SortedMap<K, V>, key: K): SortedMap<K, V> {
  const { compare, root } = map
  const rest = cut(compare, root, key)
  return rest === root ? map : mapOf(compare, rest)
}

/** The first key and its value. */
export function firstOf<K, V>({ root }: SortedMap<K, V>): readonly [K, V] | undefined {
  if (root === undefined) return undefined
  const { key, value } = leftmost(root)
  return [key, value]
}

/** The last key and its value. */
export function lastOf<K, V>({ root }: SortedMap<K, V>): readonly [K, V] | undefined {
  if (root === undefined) return undefined
  let at = root
  while (at.right !== undefined) at = at.right
  return [at.key, at.value]
}

/** All values, in the order of their keys. */
export function* valuesOf<K, V>({ root }: SortedMap<K, V>): Generator<V> {
  const above: Branch<K, V>[] = []
  for (let at = root; at !== undefined || above.length > 0; ) {
    if (at !== undefined) {
      above.push(at)
      at = at.left
      continue
    }
    const next = above.pop()!
    yield next.value
    at = next.right
  }
}

/** The order of texts, by their UTF-16 units. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** The order of numbers. */
export function compareNumbers<T extends number | bigint>(a: T, b: T): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

const heightOf = (tree: Tree<unknown, unknown>): number => tree?.height ?? 0
const sizeOf = (tree: Tree<unknown, unknown>): number => tree?.size ?? 0

function branch<K, V>(at: Branch<K, V>, left: Tree<K, V>, right: Tree<K, V>): Branch<K, V> {
  const height = 1 + Math.max(heightOf(left), heightOf(right))
  const size = 1 + sizeOf(left) + sizeOf(right)
  return { key: at.key, value: at.value, left, right, height, size }
}

/** The branch with both sides, of which one may be higher by two. */
function balanced<K, V>(at: Branch<K, V>, left: Tree<K, V>, right: Tree<K, V>): Branch<K, V> {
  const slope = heightOf(left) - heightOf(right)
  if (slope > 1) {
    const { left: outer, right: inner } = left!
    if (heightOf(outer) >= heightOf(inner)) return branch(left!, outer, branch(at, inner, right))
    return branch(inner!, branch(left!, outer, inner!.left), branch(at, inner!.right, right))
  }
  if (slope < -1) {
    const { left: inner, right: outer } = right!
    if (heightOf(outer) >= heightOf(inner)) return branch(right!, branch(at, left, inner), outer)
    return branch(inner!, branch(at, left, inner!.left), branch(right!, inner!.right, outer))
  }
  return branch(at, left, right)
}

function put<K, V>(compare: Compare<K>, at: Tree<K, V>, key: K, value: V): Branch<K, V> {
  if (at === undefined) {
    return { key, value, left: undefined, right: undefined, height: 1, size: 1 }
  }
  const order = compare(key, at.key)
  if (order === 0) return { ...at, key, value }
  if (order < 0) return balanced(at, put(compare, at.left, key, value), at.right)
  return balanced(at, at.left, put(compare, at.right, key, value))
}

function cut<K, V>(compare: Compare<K>, at: Tree<K, V>, key: K): Tree<K, V> {
  if (at === undefined) return undefined
  const order = compare(key, at.key)
  if (order < 0) {
    const left = cut(compare, at.left, key)
    return left === at.left ? at : balanced(at, left, at.right)
  }
  if (order > 0) {
    const right = cut(compare, at.right, key)
    return right === at.right ? at : balanced(at, at.left, right)
  }
  if (at.left === undefined) return at.right
  if (at.right === undefined) return at.left
  const next = leftmost(at.right)
  return balanced(next, at.left, cut(compare, at.right, next.key))
}

function leftmost<K, V>(tree: Branch<K, V>): Branch<K, V> {
  let at = tree
  while (at.left !== undefined) at = at.left
  return at
}
