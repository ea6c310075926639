/**
 * Values of the state that were decoded before: the same bytes under the same key mean the same.
 * PERF: replaying a random workload takes 0.8 times the processor with it.
 */

import { equalBytes } from '@wadi/base/bytes'
import type { StateValue } from '@wadi/consensus/state/stateTable'
import { DECODED_VALUES_MAX } from '../limits.ts'

interface Decoded {
  readonly bytes: Uint8Array
  readonly value: unknown
}

/** By the bytes of the key, which begins with the prefix of its table. The oldest go first. */
const decoded = new Map<string, Decoded>()

function nameOf(key: Uint8Array): string {
  return String.fromCharCode.apply(undefined, key as unknown as number[])
}

/** Keeps a copy: the bytes may be a piece of something larger, which would stay in memory. */
function remember(name: string, bytes: Uint8Array, value: unknown): void {
  decoded.delete(name)
  decoded.set(name, { bytes: bytes.slice(), value })
  if (decoded.size > DECODED_VALUES_MAX) decoded.delete(decoded.keys().next().value!)
}

/** Decodes a value, or takes the one that the same bytes gave before: values are never changed. */
export function decodedValue<T>(table: StateValue<T>, key: Uint8Array, bytes: Uint8Array): T {
  const name = nameOf(key)
  const known = decoded.get(name)
  if (known !== undefined && equalBytes(known.bytes, bytes)) return known.value as T
  const value = table.decode(bytes)
  remember(name, bytes, value)
  return value
}

/** Encodes a value that will soon be read again. What is written is what reading would give. */
export function encodedValue<T>(table: StateValue<T>, key: Uint8Array, value: T): Uint8Array {
  const bytes = table.encode(value)
  remember(nameOf(key), bytes, value)
  return bytes
}
