/** A YAML file as a configuration is read from: its values, and where each of them stands. */

import type { Position } from '@wadi/base/configPlace'
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseAllDocuments,
  Scalar,
  type YAMLMap,
} from 'yaml'
import { ALIAS_COUNT_MAX, DEPTH_MAX, VALUE_COUNT_MAX } from '../limits.ts'
import { checkDepth } from './checkDepth.ts'
import { errors } from './fileErrors.ts'
import { resolveScalar, type YamlScalar } from './yamlScalar.ts'

/** What a file says. */
export interface YamlFile {
  /** Tables as objects, lists as arrays, null as `undefined`. */
  readonly raw: unknown
  positionOf(path: string): Position | undefined
  /** The text of a scalar without quotes. */
  writtenAs(path: string): string | undefined
}

const STRING_TAG = 'tag:yaml.org,2002:str'
const MERGE = '<<'

/** Sentences for the errors that people make; others keep the words of the parser. */
const SENTENCES: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'tabs cannot indent; use spaces',
  BAD_INDENT: 'the indentation fits nothing above it; align it with its neighbours',
  MULTIPLE_DOCS: 'a second document begins; keep one',
}

class Reader {
  readonly #lines: LineCounter
  readonly #document: Document.Parsed
  readonly #positions = new Map<string, number>()
  readonly #written = new Map<string, string>()
  #valueCount = 0
  #aliasCount = 0

  constructor(document: Document.Parsed, lines: LineCounter) {
    this.#document = document
    this.#lines = lines
  }

  read(): YamlFile {
    const raw = this.#value(this.#document.contents, '', 0)
    return {
      raw,
      positionOf: (path) => {
        const offset = this.#positions.get(path)
        return offset === undefined ? undefined : this.#positionAt(offset)
      },
      writtenAs: (path) => this.#written.get(path),
    }
  }

  #positionAt(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset)
    return { line, column: col }
  }

  #refuse(node: unknown, sentence: string): never {
    const { line, column } = this.#positionAt(startOf(node) ?? 0)
    throw errors.malformed(`${line}:${column}: ${sentence}`)
  }

  #value(node: unknown, path: string, depth: number): unknown {
    this.#valueCount++
    if (this.#valueCount > VALUE_COUNT_MAX)
      this.#refuse(node, `more than ${VALUE_COUNT_MAX} values; make the file smaller`)
    if (depth > DEPTH_MAX)
      this.#refuse(
        node,
        `more than ${DEPTH_MAX} tables inside each other; an alias may hold itself`,
      )
    if (isAlias(node)) return this.#value(this.#resolve(node), path, depth + 1)
    if (isMap(node)) return this.#table(node, path, depth)
    if (isSeq(node)) {
      this.#checkTag(node, node.tag)
      return node.items.map((item, i) => {
        const here = `${path}[${i}]`
        this.#note(here, item)
        return this.#value(item, here, depth + 1)
      })
    }
    return isScalar(node) ? this.#scalar(node, path) : undefined
  }

  #resolve(node: Alias): unknown {
    this.#aliasCount++
    if (this.#aliasCount > ALIAS_COUNT_MAX)
      this.#refuse(node, `more than ${ALIAS_COUNT_MAX} aliases; write the values out`)
    const target = node.resolve(this.#document)
    return target ?? this.#refuse(node, 'the alias names no anchor before it; remove it')
  }

  #note(path: string, node: unknown): void {
    const offset = startOf(node)
    if (offset !== undefined && !this.#positions.has(path)) this.#positions.set(path, offset)
  }

  #checkTag(node: unknown, tag: string | undefined): void {
    if (tag !== undefined && !/^tag:yaml\.org,2002:(str|map|seq)$/.test(tag))
      this.#refuse(node, `the tag ${tag.slice(0, 40)} is not known here; remove it`)
  }

  #scalar(node: Scalar, path: string): YamlScalar {
    this.#checkTag(node, node.tag)
    const text = String(node.value ?? '')
    if (node.type !== Scalar.PLAIN || node.tag === STRING_TAG) return text
    const value = resolveScalar(text)
    if (typeof value !== 'string' && value !== undefined) this.#written.set(path, text)
    return value
  }

  #table(node: YAMLMap, path: string, depth: number): Readonly<Record<string, unknown>> {
    this.#checkTag(node, node.tag)
    const entries = new Map<string, unknown>()
    const merged: unknown[] = []
    for (const pair of node.items) {
      const key = this.#key(pair)
      if (key === MERGE && isPlain(pair.key)) merged.push(pair.value)
      else if (entries.has(key))
        this.#refuse(pair.key, `the key ${key.slice(0, 40)} is there twice; keep one of them`)
      else {
        const here = path === '' ? key : `${path}.${key}`
        this.#note(here, pair.key)
        entries.set(key, this.#value(pair.value, here, depth + 1))
      }
    }
    for (const each of merged) this.#merge(entries, each, path, depth)
    return Object.fromEntries(entries)
  }

  #key({ key }: Pair): string {
    const node = isAlias(key) ? this.#resolve(key) : key
    if (isScalar(node)) return String(node.value ?? '')
    return this.#refuse(node ?? key, 'a key must be a text; write it on the left of a colon')
  }

  /** What a table takes over from others: never what it has itself. */
  #merge(entries: Map<string, unknown>, source: unknown, path: string, depth: number): void {
    const node = isAlias(source) ? this.#resolve(source) : source
    if (isSeq(node)) {
      for (const each of node.items) this.#merge(entries, each, path, depth + 1)
      return
    }
    if (!isMap(node)) this.#refuse(node, 'only tables can be merged; name the anchor of one')
    const taken = this.#value(node, path, depth + 1) as Record<string, unknown>
    for (const [key, value] of Object.entries(taken)) {
      if (!entries.has(key)) entries.set(key, value)
    }
  }
}

function isPlain(node: unknown): boolean {
  return isScalar(node) && node.type === Scalar.PLAIN
}

function startOf(node: unknown): number | undefined {
  if (isPair(node)) return startOf(node.key)
  if (typeof node !== 'object' || node === null || !('range' in node)) return undefined
  return Array.isArray(node.range) ? Number(node.range[0]) : undefined
}

/** The values of a YAML text. Places in its errors are `line:column: `. */
export function readYaml(text: string): YamlFile {
  checkDepth(text)
  const lines = new LineCounter()
  // Every scalar stays a text here, and keys are compared by us: theirs is quadratic.
  const documents = parseAllDocuments(text, {
    schema: 'failsafe',
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    keepSourceTokens: false,
  })
  if ('empty' in documents) return { raw: undefined, positionOf: none, writtenAs: none }
  const failed = documents.flatMap((document) => document.errors)[0]
  if (failed !== undefined) {
    const { line, col } = lines.linePos(failed.pos[0])
    const [words = ''] = failed.message.split('\n')
    throw errors.malformed(`${line}:${col}: ${SENTENCES[failed.code] ?? `${words}; correct it`}`)
  }
  const [document, second] = documents
  if (second !== undefined) {
    const { line, col } = lines.linePos(second.range[0])
    throw errors.malformed(`${line}:${col}: ${SENTENCES['MULTIPLE_DOCS']}`)
  }
  return document === undefined
    ? { raw: undefined, positionOf: none, writtenAs: none }
    : new Reader(document, lines).read()
}

function none(): undefined {
  return undefined
}
