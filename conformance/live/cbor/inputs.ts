/** Inputs that are near to valid ones, drawn from a seed. */

import { parseHex, toHex, toUtf8 } from '@wadi/base/bytes'
import { sample } from '@wadi/cbor/arbitrary'
import { encode } from '@wadi/cbor/codec'
import type { Question } from '@wadi/cbor/compliance/answer'
import { schemaOf } from '@wadi/cbor/compliance/expression'
import { type Item, readItem, writeItem } from '@wadi/cbor/item'
import { toJson } from '@wadi/cbor/json'
import { Dice } from './dice.ts'
import { ODD_ITEMS, ODD_JSON } from './oddItems.ts'

/** Items around which nesting is tried. */
function nested(depth: number): string {
  return `${'81'.repeat(depth)}00`
}

type Words = readonly string[]

/** All items of a tree, as the way to each. */
export function waysOf(item: Item): (readonly number[])[] {
  const parts = item.kind === 'list' ? item.items : item.kind === 'map' ? item.pairs.flat() : []
  return [[], ...parts.flatMap((part, i) => waysOf(part).map((way) => [i, ...way]))]
}

/** Text of a key with some letters in the other case. */
function recased(text: string, dice: Dice): string {
  return Array.from(text, (letter) =>
    dice.roll(2) === 0 ? letter.toUpperCase() : letter.toLowerCase(),
  ).join('')
}

/** The bytes of a tree in which the item at the end of `way` was replaced by `replace`. */
export function rewrite(
  item: Item,
  way: readonly number[],
  replace: (item: Item) => string,
): string {
  const [first, ...rest] = way
  if (first === undefined) return replace(item)
  const parts = item.kind === 'list' ? item.items : item.kind === 'map' ? item.pairs.flat() : []
  const inner = parts.map((part, i) =>
    i === first ? rewrite(part, rest, replace) : toHex(writeItem(part)),
  )
  return (
    headOf(
      item.kind === 'map' ? 0xa0 : 0x80,
      item.kind === 'map' ? inner.length / 2 : inner.length,
    ) + inner.join('')
  )
}

function headOf(major: number, count: number): string {
  return count < 24
    ? toHex(Uint8Array.of(major | count))
    : toHex(Uint8Array.of(major | 25, count >> 8, count & 255))
}

/** Another form of one item. */
function changed(item: Item, dice: Dice): string {
  const plain = toHex(writeItem(item))
  const way = dice.roll(8)
  if (way === 0 && item.kind === 'text') {
    return toHex(writeItem({ kind: 'text', text: recased(item.text, dice) }))
  }
  if (way === 1) return lengthened(plain)
  if (item.kind === 'map' && way < 6) return changedMap(item.pairs, dice)
  if (item.kind === 'bytes' && way < 5) {
    const items = Array.from(item.bytes, (byte) =>
      toHex(writeItem({ kind: 'unsigned', argument: BigInt(byte) })),
    )
    return headOf(0x80, items.length) + items.join('')
  }
  if (way === 6) return nested(28 + dice.roll(8))
  return dice.pick(ODD_ITEMS)
}

/** The item with its head one size longer than needed. */
function lengthened(plain: string): string {
  const first = Number.parseInt(plain.slice(0, 2), 16)
  const major = first & 0xe0
  const info = first & 31
  if (info > 23 || major === 0xe0) return plain
  return toHex(Uint8Array.of(major | 24, info)) + plain.slice(2)
}

function changedMap(pairs: readonly (readonly [Item, Item])[], dice: Dice): string {
  const texts = pairs.map(
    ([key, value]) => [toHex(writeItem(key)), toHex(writeItem(value))] as const,
  )
  const at = dice.roll(texts.length + 1)
  const known = texts[Math.min(at, texts.length - 1)]
  const extra: Words = [
    ...(known === undefined
      ? []
      : [known.join(''), `${known[0]}${dice.pick(ODD_ITEMS)}`, caseOf(known[0], dice) + known[1]]),
    `6178${dice.pick(ODD_ITEMS)}`,
    dice.pick(ODD_ITEMS) + dice.pick(ODD_ITEMS),
  ]
  const joined: string[] = texts.map((pair) => pair.join(''))
  if (dice.roll(3) === 0) joined.reverse()
  const isExtended = dice.roll(4) > 0
  if (isExtended) joined.splice(at, 0, dice.pick(extra))
  return headOf(0xa0, joined.length) + joined.join('')
}

function caseOf(key: string, dice: Dice): string {
  const item = readItem(parseHex(key))
  return item.kind === 'text'
    ? toHex(writeItem({ kind: 'text', text: recased(item.text, dice) }))
    : key
}

/** One input: a valid encoding with some things wrong with it. */
function mutated(valid: Uint8Array, dice: Dice): string {
  const item = readItem(valid)
  const way = dice.roll(10)
  if (way === 0) return toHex(valid)
  if (way < 3) {
    const bytes = valid.slice()
    bytes[dice.roll(bytes.length)] = dice.roll(256)
    return toHex(bytes)
  }
  if (way === 3) return toHex(valid).slice(0, 2 * dice.roll(valid.length))
  if (way === 4) return toHex(valid) + dice.pick(ODD_ITEMS)
  const once = rewrite(item, dice.pick(waysOf(item)), (part) => changed(part, dice))
  if (dice.roll(3) > 0) return once
  try {
    const again = readItem(parseHex(once))
    return rewrite(again, dice.pick(waysOf(again)), (part) => changed(part, dice))
  } catch {
    return once
  }
}

/** `count` questions about each type, the same for the same seed. */
export function questionsOf(
  types: readonly string[],
  count: number,
  seed: number,
): readonly Question[] {
  const dice = new Dice(seed)
  return types.flatMap((type, i) => {
    const schema = schemaOf(type)
    const values = sample(schema, count, seed + i)
    return values.map((value) => ({
      mode: dice.pick(['untrusted', 'untrusted', 'rpc', 'trusted'] as const),
      type,
      input: mutated(encode(schema, value), dice),
    }))
  })
}

const MODES = ['untrusted', 'rpc', 'trusted'] as const

/** Each odd item in each place where an item of the type can be. */
export function oddQuestions(type: string): readonly Question[] {
  const places: readonly (readonly [string, (item: string) => string])[] = [
    [type, (item) => item],
    [type, (item) => `${item}ff`],
    [`{a:${type}}`, (item) => `a16161${item}`],
    [`{a?:${type}}`, (item) => `a16161${item}`],
    [`{a?:*${type}}`, (item) => `a16141${item}`],
    [`[${type}]`, (item) => `82${item}${item}`],
    [`[*${type}]`, (item) => `82f6${item}`],
    [`<u8:${type}>`, (item) => `a300${item}01f602${item}`],
    [`<u8:${type}>`, (item) => `a200${item}00${item}`],
  ]
  return places.flatMap(([expression, place]) =>
    ODD_ITEMS.flatMap((item) =>
      MODES.map((mode) => ({ mode, type: expression, input: place(item) })),
    ),
  )
}

/** Each odd item as a key, alone and after another one. */
export function oddKeyQuestions(type: string): readonly Question[] {
  const expression = `<${type}:u8>`
  const alone = ODD_ITEMS.flatMap((item) =>
    [`a1${item}05`, `a2${item}05${item}06`, `a3f605${item}06f607`].flatMap((input) =>
      MODES.map((mode) => ({ mode, type: expression, input })),
    ),
  )
  const pairs = ODD_ITEMS.flatMap((item) => ODD_ITEMS.map((other) => `a2${other}05${item}06`)).map(
    (input) => ({ mode: 'untrusted' as const, type: expression, input }),
  )
  return [...alone, ...pairs]
}

/** Each odd item as a field name, and around a version. */
export function oddFieldQuestions(): readonly Question[] {
  const maps = ODD_ITEMS.flatMap((item) => [
    `a1${item}05`,
    `a2617605${item}06`,
    `a2${item}05617606`,
    `a2${item}05${item}06`,
    `a2615605${item}06`,
    `a2615605617606`,
    `a2617605615606`,
    `a16176${item}`,
    `a16156${item}`,
    item,
    ...ODD_ITEMS.map((other) => `a3${item}00${other}01617602`),
  ])
  return maps.flatMap((input) => [
    { mode: 'version' as const, type: 'v', input },
    ...MODES.map((mode) => ({ mode, type: '{v:u16}', input })),
  ])
}

/** JSON texts near to valid ones, and values to be printed. */
export function jsonQuestions(
  types: readonly string[],
  count: number,
  seed: number,
): readonly Question[] {
  const dice = new Dice(seed)
  return types.flatMap((type, i) => {
    const schema = schemaOf(type)
    const values = sample(schema, count, seed + i)
    return values.flatMap((value): readonly Question[] => [
      { mode: 'tojson', type, input: toHex(encode(schema, value)) },
      { mode: 'json', type, input: toHex(toUtf8(mutatedJson(toJson(schema, value), dice))) },
    ])
  })
}

function mutatedJson(text: string, dice: Dice): string {
  const way = dice.roll(8)
  if (way === 0) return text
  if (way === 1) return text.slice(0, dice.roll(text.length))
  if (way === 2) return ` ${text.replaceAll(/[,:{}[\]]/g, (mark) => `${mark}\n\t `)} `
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[-+.\w]+|[{}[\],:]/g) ?? [text]
  const at = dice.roll(tokens.length)
  const token = tokens[at]!
  const other =
    tokens[at + 1] === ':'
      ? dice.roll(2) === 0
        ? recased(token, dice)
        : dice.pick(ODD_JSON)
      : dice.pick(ODD_JSON)
  return tokens.with(at, other).join('')
}
