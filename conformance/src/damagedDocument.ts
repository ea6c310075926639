/** What somebody makes of a genesis document: its JSON, changed at random. */

import { type RandomSource, randomBelow } from '@wadi/base/random'

/** A value of JSON. Numbers are texts of their own, so that none of them loses digits. */
export type Json = null | boolean | string | JsonNumber | Json[] | { [key: string]: Json }

/** A number as it is written. */
export class JsonNumber {
  readonly digits: string

  constructor(digits: string) {
    this.digits = digits
  }
}

/** Reads a text that is known to be JSON. */
export function parseDocument(text: string): Json {
  const revive = (_: string, value: unknown, { source }: { source?: string }) =>
    typeof value === 'number' ? new JsonNumber(source ?? String(value)) : value
  // The third argument of a reviver is in the language, but not yet in its types.
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown) as Json
}

/** The text of a value. */
export function printDocument(json: Json): string {
  if (json instanceof JsonNumber) return json.digits
  if (Array.isArray(json)) return `[${json.map(printDocument).join(',')}]`
  if (json === null || typeof json !== 'object') return JSON.stringify(json)
  const fields = Object.entries(json).map(
    ([key, value]) => `${JSON.stringify(key)}:${printDocument(value)}`,
  )
  return `{${fields.join(',')}}`
}

const NUMBERS = ['0', '1', '-1', '100', '255', '256', '18446744073709551615', '1e30', '0.5']
const TEXTS = ['', ' ', '0', '-1', '1', '100001', '340282366920938463463374607431768211456', 'vrf']

interface Place {
  readonly parent: Json[] | { [key: string]: Json }
  readonly key: string
}

/** Every place of a value below `json`. */
function* placesIn(json: Json): Generator<Place> {
  if (json === null || typeof json !== 'object' || json instanceof JsonNumber) return
  for (const [key, value] of Object.entries(json)) {
    yield { parent: json, key }
    yield* placesIn(value)
  }
}

const at = ({ parent, key }: Place): Json => (parent as { [key: string]: Json })[key]!

function put({ parent, key }: Place, value: Json): void {
  ;(parent as { [key: string]: Json })[key] = value
}

function remove({ parent, key }: Place): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 1)
  else delete parent[key]
}

/** Changes one place of a document: in one section as likely as in another one. */
export function damageDocument(document: { [key: string]: Json }, random: RandomSource): void {
  const pick = <T>(list: readonly T[]): T => list[randomBelow(random, list.length)]!
  const section = pick(Object.keys(document))
  const places = [{ parent: document, key: section }, ...placesIn(document[section]!)]
  const place = pick(places)
  const value = at(place)
  const kind = pick(['remove', 'null', 'copy', 'repeat', 'reverse', 'change', 'change'])
  if (kind === 'remove') remove(place)
  else if (kind === 'null') put(place, null)
  else if (kind === 'copy') put(place, copyOf(at(pick([...placesIn(document)]))))
  else if (kind === 'change' || !Array.isArray(value)) put(place, changed(value, pick))
  else if (kind === 'reverse') value.reverse()
  else if (value.length > 0) value.push(copyOf(pick(value)))
}

function copyOf(json: Json): Json {
  return parseDocument(printDocument(json))
}

function changed(value: Json, pick: <T>(list: readonly T[]) => T): Json {
  if (value instanceof JsonNumber) return new JsonNumber(pick(NUMBERS))
  if (typeof value === 'string') return pick([...TEXTS, `${value}A`, value.slice(1)])
  if (typeof value === 'boolean') return !value
  return pick<Json>([null, [], {}, '', new JsonNumber('0')])
}
