/** What a hostile or broken sender makes of a good input, kind by kind. */

import { concatBytes } from '@wadi/base/bytes'
import { type RandomSource, randomBelow } from '@wadi/base/random'

/** Gives damaged forms of a good input; the same ones for the same random source. */
export type Damage = (good: Uint8Array, random: RandomSource) => Generator<Uint8Array>

/** Inputs are cut and changed at no more places than this, spread over the whole. */
const PLACES_MAX = 32
const OVERSIZED_BYTES = 1 << 16
const NESTING = 20_000

/** Places in an input: all of them in a short one, evenly spread over a long one. */
function* placesIn(size: number): Generator<number> {
  const step = Math.max(1, Math.ceil(size / PLACES_MAX))
  for (let at = 0; at < size; at += step) yield at
}

function overwritten(good: Uint8Array, at: number, bytes: readonly number[]): Uint8Array {
  const changed = new Uint8Array(Math.max(good.length, at + bytes.length))
  changed.set(good)
  changed.set(bytes, at)
  return changed
}

function inserted(good: Uint8Array, at: number, bytes: Uint8Array): Uint8Array {
  return concatBytes(good.subarray(0, at), bytes, good.subarray(at))
}

const ONES = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]

/** What claims a great length: integers of all widths and the heads of all CBOR containers. */
const LIES: readonly (readonly number[])[] = [
  ONES,
  [0x7f, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0x7f],
  [0x00, 0x00, 0x00, 0x10],
  ...[0x5a, 0x7a, 0x9a, 0xba].map((head) => [head, 0x7f, 0xff, 0xff, 0xff]),
  ...[0x5b, 0x7b, 0x9b, 0xbb].map((head) => [head, ...ONES]),
]

/** Beginnings of nesting in the formats that nest. */
const NESTS: readonly (readonly number[])[] = [
  [0x81],
  [0xa1, 0x00],
  [0xc1],
  [0x9f],
  [...'['].map((c) => c.charCodeAt(0)),
  [...'{"a":'].map((c) => c.charCodeAt(0)),
  [0x01, 0x01, 0x01, 0x00, 0x00, 0x02],
]

function repeated(bytes: ArrayLike<number>, count: number): Uint8Array {
  const all = new Uint8Array(bytes.length * count)
  if (count > 0) all.set(bytes)
  for (let size = bytes.length; size < all.length; size *= 2) all.copyWithin(size, 0, size)
  return all
}

/** The kinds of damage, by the names that they have among the promises of the house. */
export const damages = {
  *truncated(good) {
    for (const at of placesIn(good.length)) yield good.subarray(0, at)
  },
  *oversized(good, random) {
    yield concatBytes(good, random.bytes(OVERSIZED_BYTES))
    yield concatBytes(good, new Uint8Array(OVERSIZED_BYTES))
    yield repeated(good, Math.ceil(OVERSIZED_BYTES / Math.max(1, good.length)))
  },
  *duplicate(good, random) {
    for (const at of placesIn(good.length)) {
      const size = 1 + randomBelow(random, good.length - at)
      yield inserted(good, at, good.subarray(at, at + size))
    }
  },
  *'non-canonical'(good, random) {
    for (const at of placesIn(good.length)) {
      const byte = good[at] ?? 0
      yield overwritten(good, at, [byte ^ (1 << randomBelow(random, 8))])
      // The long form of what may be a short number or length.
      yield inserted(good, at, Uint8Array.of((byte & 0xe0) | 0x18))
      yield inserted(good, at, Uint8Array.of(0))
    }
  },
  *'deeply nested'(good) {
    for (const nest of NESTS) {
      yield repeated(nest, NESTING)
      yield inserted(good, good.length >> 1, repeated(nest, NESTING))
    }
  },
  *'lying about its length'(good) {
    for (const at of placesIn(good.length)) for (const lie of LIES) yield overwritten(good, at, lie)
  },
  *random(good, random) {
    for (let i = 0; i < PLACES_MAX; i++) {
      const noise = random.bytes(randomBelow(random, 2 * good.length + 2))
      yield noise
      const at = randomBelow(random, good.length + 1)
      yield concatBytes(good.subarray(0, at), noise)
    }
  },
} as const satisfies Readonly<Record<string, Damage>>
