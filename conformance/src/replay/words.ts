/** State keys, values and events in words: what people read when a replay goes wrong. */

import { toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { decode } from '@wadi/cbor/codec'
import { bodyOfEvent } from '@wadi/consensus/events'
import { tableOfKey } from '@wadi/consensus/state/stateTables'
import { ADDRESS_SIZE, Address, printAddress } from '@wadi/primitives/address'

/** How deep a value is looked into. */
const DEPTH_MAX = 12

/** A leaf of a decoded value as text: bytes as an address if they can be one, else in hex. */
function printLeaf(value: unknown): string {
  if (value instanceof Uint8Array) {
    const isAddress = value.length === ADDRESS_SIZE && value[0] === 0
    return isAddress ? printAddress(Address.check(value)) : toHex(value)
  }
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

/** The parts of what has parts, by name; undefined for a leaf. */
function partsOf(value: unknown): readonly (readonly [name: string, part: unknown])[] | undefined {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return undefined
  if (Array.isArray(value)) return value.map((item, i) => [`[${i}]`, item])
  const isMap = Symbol.iterator in value
  if (!isMap) return Object.entries(value).map(([name, part]) => [`.${name}`, part])
  const entries = [...(value as Iterable<readonly [unknown, unknown]>)]
  return entries.map(([key, part]) => [`{${printLeaf(key)}}`, part])
}

/** All leaves of a decoded value, by path. */
export function leavesOf(
  value: unknown,
  path = '',
  depth = 0,
): readonly (readonly [path: string, text: string])[] {
  const parts = depth < DEPTH_MAX ? partsOf(value) : undefined
  if (parts === undefined) return [[path, printLeaf(value)]]
  if (parts.length === 0) return [[path, 'empty']]
  return parts.flatMap(([name, part]) => leavesOf(part, path + name, depth + 1))
}

/** Two texts that should be the same. */
export interface Contrast {
  readonly what: string
  readonly recorded: string
  readonly ours: string
}

const NOTHING = 'nothing'

/** Where two decoded values differ. */
export function contrastValues(recorded: unknown, ours: unknown): readonly Contrast[] {
  return contrastLeaves(leavesOf(recorded), leavesOf(ours))
}

/** Where the leaves of two values differ. */
export function contrastLeaves(
  recorded: ReturnType<typeof leavesOf>,
  ours: ReturnType<typeof leavesOf>,
): readonly Contrast[] {
  const a = new Map(recorded)
  const b = new Map(ours)
  const paths = [...new Set([...a.keys(), ...b.keys()])]
  return paths
    .map((what) => ({ what, recorded: a.get(what) ?? NOTHING, ours: b.get(what) ?? NOTHING }))
    .filter((contrast) => contrast.recorded !== contrast.ours)
}

/** A key in words: its table, and with it the values that are in the key. */
export function describeKey(key: Uint8Array): { readonly table: string; readonly name: string } {
  try {
    const { name, keys } = tableOfKey(key)
    const parts = keys.decode(key) as readonly unknown[]
    return { table: name, name: [name, ...parts.map(printLeaf)].join(' ') }
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return { table: 'unknown', name: `${toHex(key)} (${error.message})` }
  }
}

/** The leaves of a value of the state, decoded as its table says; none if there is no value. */
export function leavesOfEntry(
  key: Uint8Array,
  value: Uint8Array | undefined,
): readonly (readonly [path: string, text: string])[] {
  if (value === undefined) return []
  try {
    const decoded: unknown = tableOfKey(key).value.decode(value)
    return decoded === undefined ? [['', 'present']] : leavesOf(decoded)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return [['', `${toHex(value)} (undecodable: ${error.message})`]]
  }
}

/** An event's body, decoded as its kind says; bytes that cannot be stay what they are. */
export function decodeEvent(type: string, kind: string, value: Uint8Array): unknown {
  const body = bodyOfEvent(type, kind)
  if (body === undefined) return value
  try {
    return decode(body, value)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return `${toHex(value)} (undecodable: ${error.message})`
  }
}

/** Longer texts are cut where somebody reads them. */
const TEXT_MAX = 160
/** So much is shown before the first character that differs. */
const LEAD = 24

/** Two texts that may be long, cut to where they differ first. */
export function clipPair(a: string, b: string): readonly [string, string] {
  if (a.length <= TEXT_MAX && b.length <= TEXT_MAX) return [a, b]
  let same = 0
  while (same < a.length && a[same] === b[same]) same++
  const start = Math.max(0, same - LEAD)
  return [clip(a, start), clip(b, start)]
}

/** A text that may be long, cut. */
export function clipText(text: string): string {
  return clip(text, 0)
}

function clip(text: string, start: number): string {
  if (text.length <= TEXT_MAX && start >= text.length) return text
  const cut = text.length - start - TEXT_MAX
  const head = start > 0 ? `(${start} the same)…` : ''
  return `${head}${text.slice(start, start + TEXT_MAX)}${cut > 0 ? `…(${cut} more)` : ''}`
}
