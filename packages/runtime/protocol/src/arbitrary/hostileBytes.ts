/** What somebody may send instead of a good message in CBOR. For tests. */

import { concatBytes } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { type Item, readItem, sortItem, writeItem } from '@wadi/cbor/item'
import fc from 'fast-check'

const NESTING = 10_000
const UNKNOWN: readonly [Item, Item] = [
  { kind: 'text', text: 'unheard_of' },
  { kind: 'unsigned', argument: 1n },
]

/** Heads that promise more than anybody has: strings, lists and maps. */
const LIES: readonly Uint8Array[] = [0x5b, 0x7b, 0x9b, 0xbb, 0x9a, 0xba].map((head) =>
  Uint8Array.of(head, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
)

/** The message, spelled otherwise than anybody writes it, by what is wrong with it. */
export function misspelled(good: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const [head, rest] = [good[0] ?? 0, good.subarray(1)]
  const [major, info] = [head & 0xe0, head & 0x1f]
  const found = new Map<string, Uint8Array>([
    ['empty', new Uint8Array(0)],
    ['tagged', concatBytes(Uint8Array.of(0xc1), good)],
    ['without a definite length', concatBytes(Uint8Array.of(major | 0x1f), rest, BREAK)],
    ['nested without end', new Uint8Array(NESTING).fill(0x81)],
    ['one byte short', good.subarray(0, -1)],
    ...LIES.map((lie) => [`promising too much (${lie[0]})`, concatBytes(lie, rest)] as const),
  ])
  if (info < 24) {
    const wide = concatBytes(Uint8Array.of(major | 24, info), rest)
    found.set('with a longer head than needed', wide)
  }
  const item = readItem(good)
  if (item.kind !== 'map' || item.pairs.length === 0) return found
  const { pairs } = item
  const written = (changed: readonly (readonly [Item, Item])[]) =>
    writeItem({ kind: 'map', pairs: changed })
  found.set('in disorder', written(pairs.toReversed()))
  found.set('with a field twice', written([...pairs, pairs[0]!]))
  found.set(
    'with an unknown field',
    writeItem(sortItem({ kind: 'map', pairs: [...pairs, UNKNOWN] })),
  )
  for (const [i] of pairs.entries()) found.set(`without field ${i}`, written(pairs.toSpliced(i, 1)))
  return found
}

const BREAK = Uint8Array.of(0xff)

/** Any bytes; and good ones that were changed, cut, lengthened, or told a lie within. */
export function hostileBytes(...good: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const one = fc.constantFrom(...good)
  const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), {
    minLength: 1,
    maxLength: 3,
  })
  const changed = fc.tuple(one, changes).map(([bytes, all]) => {
    const copy = bytes.slice()
    for (const [at, bits] of all) copy[at % copy.length]! ^= bits
    return copy
  })
  const cut = fc.tuple(one, fc.nat()).map(([bytes, at]) => bytes.subarray(0, at % bytes.length))
  const inserted = fc.tuple(one, fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 12 }))
  const longer = inserted.map(([bytes, place, more]) => {
    const at = place % (bytes.length + 1)
    return concatBytes(bytes.subarray(0, at), more, bytes.subarray(at))
  })
  const lying = fc.tuple(one, fc.nat(), fc.constantFrom(...LIES)).map(([bytes, place, lie]) => {
    const at = place % bytes.length
    return concatBytes(bytes.subarray(0, at), lie, bytes.subarray(at + 1))
  })
  return fc.oneof(
    { weight: 4, arbitrary: changed },
    { weight: 1, arbitrary: cut },
    { weight: 2, arbitrary: longer },
    { weight: 1, arbitrary: lying },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  )
}

/**
 * Gives whatever somebody may send to `take`, which throws what it refuses, and fails by itself if
 * it has taken what it should not. Only what has a code passes for a refusal.
 */
export function tryHostile(
  good: readonly Uint8Array[],
  take: (bytes: Uint8Array) => void,
  numRuns = 300,
): void {
  const attempt = (bytes: Uint8Array) => {
    try {
      take(bytes)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
    }
  }
  for (const bytes of good) for (const wrong of misspelled(bytes).values()) attempt(wrong)
  fc.assert(fc.property(hostileBytes(...good), attempt), { numRuns })
}

/** As {@link tryHostile}, for what takes its time; `check` judges refusals, too. */
export async function tryHostileLater(
  good: readonly Uint8Array[],
  check: (bytes: Uint8Array) => Promise<void>,
  numRuns = 300,
): Promise<void> {
  for (const bytes of good) for (const wrong of misspelled(bytes).values()) await check(wrong)
  await fc.assert(fc.asyncProperty(hostileBytes(...good), check), { numRuns })
}
