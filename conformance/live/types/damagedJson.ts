/** JSON texts of values with something wrong with them, or only written in another way. */

import { Dice } from '../cbor/dice.ts'
import { ODD_JSON } from '../cbor/oddItems.ts'
import { type Case, type ComparedType, formsOf, jsonCase } from './comparison.ts'

/** A value of JSON as a tree, with its numbers and texts as they are written. */
type Tree =
  | { readonly kind: 'leaf'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly Tree[] }
  | { readonly kind: 'map'; readonly pairs: readonly Pair[] }

type Pair = readonly [key: string, value: Tree]

const leaf = (text: string): Tree => ({ kind: 'leaf', text })

/** Reads a well-formed text. */
function parseTree(text: string): Tree {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[-+.\w]+|[{}[\],:]/g) ?? []
  let at = 0
  const series = <T>(end: string, part: () => T): readonly T[] => {
    const parts: T[] = []
    while (tokens[at] !== end) {
      parts.push(part())
      if (tokens[at] === ',') at++
    }
    at++
    return parts
  }
  const pair = (): Pair => {
    const key = tokens[at]!
    at += 2
    return [key, value()]
  }
  const value = (): Tree => {
    const token = tokens[at++]!
    if (token === '[') return { kind: 'list', items: series(']', value) }
    if (token === '{') return { kind: 'map', pairs: series('}', pair) }
    return leaf(token)
  }
  return value()
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** What is no JSON at all is left to the comparison of the codecs. */
const ODD_VALUES: readonly Tree[] = [
  ...ODD_JSON.filter(isJson),
  ...['"null"', '"0"', '"010"', '"0x10"', '"1_0"', '"+1"', '" 1"', '"1e3"', '{"v":1}', '[null]'],
  ...['"AA==\\r\\n"', '"worker"', '"compute"', '"compute,validator"', '["worker"]', '"entity"'],
  ...['"127.0.0.1:80"', '"[::1]:80"', '"26.1"', '"invalid"', '"\\u00e9"', '{"":null}'],
].map(leaf)

/** The key as encoding/json still finds it, or just not. */
function recased(key: string, dice: Dice): string {
  const forms = [
    key.toUpperCase(),
    key.replace('s', '\u017f'),
    key.replace('k', '\u212a'),
    key.replaceAll('_', ''),
    key.replace(/[a-z]/, (letter) => letter.toUpperCase()),
  ]
  return dice.pick(forms)
}

function changedPairs(pairs: readonly Pair[], dice: Dice): readonly Pair[] {
  const at = dice.roll(pairs.length)
  const pair = pairs[at]
  if (pair === undefined) return [['"unknown"', dice.pick(ODD_VALUES)]]
  const [key, value] = pair
  switch (dice.roll(5)) {
    case 0:
      return pairs.with(at, [recased(key, dice), value])
    case 1:
      return pairs.toSpliced(at, 1)
    case 2:
      return pairs.toSpliced(at, 0, ['"unknown"', dice.pick(ODD_VALUES)])
    case 3:
      return [...pairs, [key, damaged(value, dice)]]
    default:
      return [...pairs, [recased(key, dice), damaged(value, dice)]]
  }
}

function changedItems(items: readonly Tree[], dice: Dice): readonly Tree[] {
  const at = dice.roll(items.length + 1)
  return dice.roll(2) === 0 ? items.toSpliced(at, 0, dice.pick(ODD_VALUES)) : items.toSpliced(at, 1)
}

/** The tree with one thing in it changed. */
function damaged(tree: Tree, dice: Dice): Tree {
  const isHere = dice.roll(4) === 0
  const isShapeKept = dice.roll(2) === 0
  if (tree.kind === 'list' && tree.items.length > 0 && !isHere) {
    const at = dice.roll(tree.items.length)
    return { kind: 'list', items: tree.items.with(at, damaged(tree.items[at]!, dice)) }
  }
  if (tree.kind === 'map' && tree.pairs.length > 0 && !isHere) {
    const at = dice.roll(tree.pairs.length)
    const [key, value] = tree.pairs[at]!
    return { kind: 'map', pairs: tree.pairs.with(at, [key, damaged(value, dice)]) }
  }
  if (tree.kind === 'list' && isShapeKept) {
    return { kind: 'list', items: changedItems(tree.items, dice) }
  }
  if (tree.kind === 'map' && isShapeKept) {
    return { kind: 'map', pairs: changedPairs(tree.pairs, dice) }
  }
  return tree.kind === 'leaf' && isShapeKept ? alike(tree.text, dice) : dice.pick(ODD_VALUES)
}

/** An odd value of the same kind: a text for a text, a number for a number. */
function alike(text: string, dice: Dice): Tree {
  const kindOf = (one: string) => (/^[-\d]/.test(one) ? 'number' : one[0])
  const choices = ODD_VALUES.filter(
    (other) => other.kind === 'leaf' && kindOf(other.text) === kindOf(text),
  )
  return choices.length === 0 ? leaf(text) : dice.pick(choices)
}

/** Prints with blanks here and there, and some letters as escapes. */
function print(tree: Tree, dice: Dice): string {
  const blank = () => dice.pick(['', '', '', ' ', '\n', '\t', '\r\n'])
  const escaped = (letter: string) =>
    dice.roll(40) === 0 ? `\\u00${letter.charCodeAt(0).toString(16)}` : letter
  const printText = (text: string) =>
    text.startsWith('"') && !text.includes('\\') ? text.replaceAll(/[a-z0-9]/g, escaped) : text
  const printed = (part: Tree): string => {
    if (part.kind === 'leaf') return blank() + printText(part.text) + blank()
    if (part.kind === 'list') return `[${part.items.map(printed).join(',')}]`
    const pairs = part.pairs.map(
      ([key, value]) => `${blank()}${printText(key)}${blank()}:${printed(value)}`,
    )
    return `{${pairs.join(',')}}`
  }
  return printed(tree)
}

/** The JSON of each value, with one or two things changed. */
export function damagedJsonCases(
  type: ComparedType,
  values: readonly unknown[],
  seed: number,
): readonly Case[] {
  const dice = new Dice(seed)
  return formsOf(type, values).flatMap(({ text }) => {
    if (text === undefined) return []
    let tree = parseTree(text)
    for (let times = 1 + dice.roll(2); times > 0; times--) tree = damaged(tree, dice)
    return [jsonCase(type, print(tree, dice))]
  })
}
