/** Every odd item of CBOR in every place of a type. */

import { parseHex } from '@wadi/base/bytes'
import { type Item, readItem } from '@wadi/cbor/item'
import { rewrite, waysOf } from '../cbor/inputs.ts'
import { type Case, type ComparedType, cborCase, formsOf } from './comparison.ts'

const words = (text: string): readonly string[] => text.trim().split(/\s+/)

/** Around the bounds of the integers, and what is none. */
const ODD_INTEGERS = words(`
  00 17 18ff 190100 19ffff 1a00010000 1affffffff 1b0000000100000000 1b7fffffffffffffff
  1b8000000000000000 1bffffffffffffffff 20 387f 3880 397fff 398000 3a7fffffff 3a80000000
  3b7fffffffffffffff 3b8000000000000000 f6 f4 40 e5 f8ff
`)

/** Nothing, emptiness of each kind, and the smallest items that are not empty. */
const ODD_OTHERS = words(`
  f6 f7 f5 01 20 40 4101 60 6161 80 81f6 8101 a0 a10101 a1616101 e0 f90000 c001 820102 8180
  81a0 8140
`)

/** A longer encoding says nothing that shorter ones do not, for more time. */
const SIZE_MAX = 1500

/** Marks the place in the hexadecimal text. */
const HERE = '_'

type Way = readonly number[]

/** The place that a way leads to: the keys that look like names of fields, and no positions. */
function placeOf(item: Item, way: Way): string {
  const [first, ...rest] = way
  if (first === undefined) return item.kind
  if (item.kind === 'list') return `[]${placeOf(item.items[first]!, rest)}`
  if (item.kind !== 'map') return ''
  const [key, value] = item.pairs[first >> 1]!
  if (first % 2 === 0) return `<${placeOf(key, rest)}>`
  const isName = key.kind === 'text' && /^[A-Za-z]\w+/.test(key.text)
  return `.${isName ? key.text : ''}${placeOf(value, rest)}`
}

function itemAt(item: Item, way: Way): Item {
  const [first, ...rest] = way
  if (first === undefined) return item
  const parts = item.kind === 'list' ? item.items : item.kind === 'map' ? item.pairs.flat() : []
  return itemAt(parts[first]!, rest)
}

/** All odd items in each place that the values have, once for each place. */
export function oddCases(type: ComparedType, values: readonly unknown[]): readonly Case[] {
  const seen = new Set<string>()
  return formsOf(type, values)
    .filter(({ bytes }) => bytes.length <= SIZE_MAX)
    .flatMap(({ bytes }) => {
      const tree = readItem(bytes)
      return waysOf(tree).flatMap((way) => {
        const place = placeOf(tree, way)
        if (seen.has(place)) return []
        seen.add(place)
        const { kind } = itemAt(tree, way)
        const odd = kind === 'unsigned' || kind === 'negative' ? ODD_INTEGERS : ODD_OTHERS
        const text = rewrite(tree, way, () => HERE)
        return odd.map((item) => cborCase(type, parseHex(text.replace(HERE, item))))
      })
    })
}
