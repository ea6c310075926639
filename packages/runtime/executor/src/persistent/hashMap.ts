/**
 * A map by hashes, as text, that is never changed: every change gives another one, which shares
 * with it all but the way from the root to the change. Each branch takes one digit of the key.
 * PERF: with 50,000 keys 2.4 to 3.9 times as fast as `SortedMap`, whose way is four times as long.
 */

import { assert } from '@wadi/base/errors'

interface Leaf<V> {
  readonly key: string
  readonly value: V
}

/** One place for each digit. */
type Branch<V> = readonly Slot<V>[]
type Slot<V> = Leaf<V> | Branch<V> | undefined

/** Values by keys of hexadecimal digits, in small letters. No key begins with another one. */
export interface HashMap<V> {
  readonly size: number
  readonly root: Branch<V>
}

const DIGITS = 16
const NOTHING: Branch<never> = new Array<undefined>(DIGITS).fill(undefined)

/** A map with nothing in it. */
export const EMPTY_HASH_MAP: HashMap<never> = { size: 0, root: NOTHING }

/** The value of a key. */
export function entryOf<V>({ root }: HashMap<V>, key: string): V | undefined {
  let at: Slot<V> = root
  for (let depth = 0; isBranch(at); depth++) at = at[digitAt(key, depth)]
  return at?.key === key ? at.value : undefined
}

/** The map with a value for the key, in place of the one it had. */
export function withEntry<V>({ size, root }: HashMap<V>, key: string, value: V): HashMap<V> {
  const put = (at: Branch<V>, depth: number): Branch<V> => {
    const digit = digitAt(key, depth)
    const there = at[digit]
    if (isBranch(there)) return replaced(at, digit, put(there, depth + 1))
    if (there === undefined || there.key === key) {
      isNew = there === undefined
      return replaced(at, digit, { key, value })
    }
    const both = replaced<V>(NOTHING, digitAt(there.key, depth + 1), there)
    return replaced(at, digit, put(both, depth + 1))
  }
  let isNew = false
  const changed = put(root, 0)
  return { size: isNew ? size + 1 : size, root: changed }
}

/** The map without the key. */
export function withoutEntry<V>(map: HashMap<V>, key: string): HashMap<V> {
  const rest = cut(map.root, key, 0)
  return rest === map.root ? map : { size: map.size - 1, root: rest }
}

function cut<V>(at: Branch<V>, key: string, depth: number): Branch<V> {
  const digit = digitAt(key, depth)
  const there = at[digit]
  if (there === undefined) return at
  if (!isBranch(there)) return there.key === key ? replaced(at, digit, undefined) : at
  const rest = cut(there, key, depth + 1)
  return rest === there ? at : replaced(at, digit, onlyLeaf(rest) ?? rest)
}

/** Of a branch with nothing else in it the leaf: a map is of one form, however it came about. */
function onlyLeaf<V>(branch: Branch<V>): Leaf<V> | undefined {
  let only: Leaf<V> | undefined
  for (const slot of branch) {
    if (slot === undefined) continue
    if (only !== undefined || isBranch(slot)) return undefined
    only = slot
  }
  return only
}

/** PERF: `slice` and a change take half as long as `with`. */
function replaced<V>(at: Branch<V>, digit: number, slot: Slot<V>): Branch<V> {
  const copy = at.slice()
  copy[digit] = slot
  return copy
}

function isBranch<V>(slot: Slot<V>): slot is Branch<V> {
  return Array.isArray(slot)
}

function digitAt(key: string, depth: number): number {
  assert(depth < key.length, 'no key begins with another one')
  const unit = key.charCodeAt(depth)
  // Letters are in the row of 64, digits before it.
  const digit = (unit & 15) + (unit >> 6) * 9
  assert(digit < DIGITS, 'a key has hexadecimal digits')
  return digit
}
