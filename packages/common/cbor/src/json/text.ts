/** JSON text to a tree in which numbers keep their digits. */

import { errors } from '../errors.ts'
import { JSON_NESTING_MAX } from '../limits.ts'

/** A number as it was written. */
export interface JsonNumber {
  readonly digits: string
}

/** An object as its pairs, in the order of the text. */
export interface JsonObject {
  readonly pairs: readonly (readonly [string, Json])[]
}

/** A JSON value; null is undefined. */
export type Json = undefined | boolean | string | JsonNumber | JsonObject | readonly Json[]

/** What a value is, in words. */
export function jsonKind(json: Json): string {
  if (json === undefined) return 'null'
  if (Array.isArray(json)) return 'array'
  if (typeof json !== 'object') return typeof json
  return 'digits' in json ? 'number' : 'object'
}

/** The value that `text` is. */
export function readJson(text: string): Json {
  return new JsonReader(text).readAll()
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}
const WORDS: readonly (readonly [string, Json])[] = [
  ['null', undefined],
  ['true', true],
  ['false', false],
]

/** Does the character stand for itself in a string? NaN, beyond the end, does not. */
function isPlain(code: number): boolean {
  return code >= 0x20 && code !== 0x22 && code !== 0x5c
}

class JsonReader {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  readAll(): Json {
    const json = this.#value()
    this.#space()
    if (this.#at < this.#text.length) throw this.#unexpected()
    return json
  }

  #unexpected() {
    const found = this.#text[this.#at]
    const what = found === undefined ? 'ends early' : `unexpected ${JSON.stringify(found)}`
    return errors.badJson(`${what}, character ${this.#at}`)
  }

  #space(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? 'x')) this.#at++
  }

  #take(mark: string): boolean {
    this.#space()
    if (this.#text[this.#at] !== mark) return false
    this.#at++
    return true
  }

  #expect(mark: string): void {
    if (!this.#take(mark)) throw this.#unexpected()
  }

  #value(): Json {
    this.#space()
    const first = this.#text[this.#at]
    if (first === '"') return this.#string()
    if (first === '{') return this.#nested(() => ({ pairs: this.#series('{', '}', this.#pair) }))
    if (first === '[') return this.#nested(() => this.#series('[', ']', this.#value))
    for (const [word, json] of WORDS) {
      if (!this.#text.startsWith(word, this.#at)) continue
      this.#at += word.length
      return json
    }
    return this.#number()
  }

  #nested<T>(read: () => T): T {
    if (++this.#depth > JSON_NESTING_MAX) throw errors.tooDeep(`character ${this.#at}`)
    const value = read()
    this.#depth--
    return value
  }

  #series<T>(open: string, close: string, item: (this: JsonReader) => T): readonly T[] {
    this.#expect(open)
    const items: T[] = []
    if (this.#take(close)) return items
    do items.push(item.call(this))
    while (this.#take(','))
    this.#expect(close)
    return items
  }

  #pair(): readonly [string, Json] {
    this.#space()
    const key = this.#string()
    this.#expect(':')
    return [key, this.#value()]
  }

  #number(): JsonNumber {
    const pattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match === null) throw this.#unexpected()
    this.#at += match[0].length
    return { digits: match[0] }
  }

  #string(): string {
    if (this.#text[this.#at] !== '"') throw this.#unexpected()
    this.#at++
    let value = ''
    for (;;) {
      const start = this.#at
      while (isPlain(this.#text.charCodeAt(this.#at))) this.#at++
      value += this.#text.slice(start, this.#at)
      const mark = this.#text[this.#at]
      if (mark === '"') {
        this.#at++
        // COMPAT(encoding/json): half a surrogate pair becomes U+FFFD.
        return value.toWellFormed()
      }
      if (mark !== '\\') throw this.#unexpected()
      this.#at++
      value += this.#escape()
    }
  }

  #escape(): string {
    const letter = this.#text[this.#at] ?? ''
    const simple = ESCAPES[letter]
    if (simple !== undefined) {
      this.#at++
      return simple
    }
    const digits = this.#text.slice(this.#at + 1, this.#at + 5)
    if (letter !== 'u' || !/^[0-9a-fA-F]{4}$/.test(digits)) throw this.#unexpected()
    this.#at += 5
    return String.fromCharCode(Number.parseInt(digits, 16))
  }
}
