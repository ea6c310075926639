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
  const a = new Map(leavesOf(recorded))
  const b = new Map(leavesOf(ours))
  const paths = [...new Set([...a.keys(), ...b.keys()])]
  return paths
    .map((what) => ({ what, recorded: a.get(what) ?? NOTHING, ours: b.get(what) ?? NOTHING }))
    .filter((contrast) => contrast.recorded !== contrast.ours)
}

/** A decoded value, or what was wrong with its bytes. */
function attempt(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    if (error instanceof CodedError) return `undecodable: ${error.message}`
    throw error
  }
}

/** The name of a key: its table, and the values in it. */
export function describeKey(key: Uint8Array): string {
  const text = attempt(() => {
    const { name, keys } = tableOfKey(key)
    const parts = keys.decode(key) as readonly unknown[]
    return `${name}${parts.map((part) => ` ${printLeaf(part)}`).join('')}`
  })
  return String(text)
}

/** A value of the state, decoded as its table says. */
export function decodeValue(key: Uint8Array, value: Uint8Array | undefined): unknown {
  if (value === undefined) return NOTHING
  return attempt(() => tableOfKey(key).value.decode(value) ?? 'present')
}

/** An event's body, decoded as its kind says. */
export function decodeEvent(type: string, kind: string, value: Uint8Array): unknown {
  const body = bodyOfEvent(type, kind)
  return body === undefined ? value : attempt(() => decode(body, value))
}
