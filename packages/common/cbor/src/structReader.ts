import { errors, excerpt } from './errors.ts'
import { MAJOR, type Reader } from './reader.ts'
import type { FieldShape, Schema } from './schema.ts'
import type { CompiledStruct } from './struct.ts'
import { readTextBody } from './textBody.ts'

type Values = Readonly<Record<string, unknown>>

/** Is the encoded key what comes next? */
function isNext(bytes: Uint8Array, at: number, key: Uint8Array): boolean {
  // A key of another length differs in its first byte, most others in their last.
  const last = key.length - 1
  if (bytes[at] !== key[0] || bytes[at + last] !== key[last]) return false
  for (let i = 1; i < last; i++) if (bytes[at + i] !== key[i]) return false
  return true
}

/** Reads a struct: fast as long as exact names come in canonical order, otherwise one by one. */
export function readFields(reader: Reader, compiled: CompiledStruct): Values {
  const major = reader.head()
  if (major !== MAJOR.map) {
    if (!reader.wasNil(major)) throw reader.wrongType(major, 'a map')
    checkComplete(compiled, NOTHING_FOUND)
    return compiled.zero
  }
  const count = reader.enterMap()
  // PERF: half the time of a spread, whose site sees the shapes of all structs.
  const values: Record<string, unknown> = Object.assign({}, compiled.zero)
  const { fields } = compiled
  const { bytes } = reader
  const { isRust } = reader.rules
  let left = count
  let next = 0
  let found = 0
  let foundHigh = 0
  try {
    for (; left > 0; left--) {
      while (next < fields.length && !isNext(bytes, reader.at, fields[next]!.key)) next++
      if (next === fields.length) break
      const field = fields[next]!
      reader.at += field.key.length
      // PERF: all compiled fields have one shape, so that this reaches each type's reader directly.
      values[field.name] = isRust ? readOrDefault(reader, field.schema) : field.read(reader)
      if (next < 32) found |= 1 << next
      else foundHigh |= 1 << (next - 32)
      next++
    }
  } catch (error) {
    reader.addStep(`.${fields[next]!.wire}`)
    throw error
  }
  if (left > 0) {
    const marks = Uint32Array.of(found, foundHigh)
    new FieldMatcher(reader, compiled, values, marks).readRest(left)
  } else if (compiled.required.length > 0) {
    checkComplete(compiled, Uint32Array.of(found, foundHigh))
  }
  reader.leave()
  return values
}

/** A bit for each field of a struct. */
type Marks = Uint32Array

const NOTHING_FOUND: Marks = Uint32Array.of(0, 0)

function isMarked(marks: Marks, index: number): boolean {
  return (marks[index >> 5]! & (1 << (index & 31))) !== 0
}

function checkComplete(compiled: CompiledStruct, found: Marks): void {
  const missing = compiled.required.find((i) => !isMarked(found, i))
  if (missing !== undefined) throw errors.missingField(compiled.fields[missing]!.wire)
}

/** Reads the value of a field. */
export function readField(reader: Reader, field: FieldShape): unknown {
  try {
    return readOrDefault(reader, field.schema)
  } catch (error) {
    reader.addStep(`.${field.wire}`)
    throw error
  }
}

/** COMPAT(oasis-cbor): null, or undefined, in a field stands for the default of its type. */
export function readOrDefault<T>(reader: Reader, schema: Schema<T>): T {
  if (!reader.rules.isRust || !isNull(reader)) return schema.read(reader)
  reader.at++
  return zeroOf(schema)
}

/** The zero value, if there is one. */
export function zeroOf<T>({ zero, hasZero }: Pick<Schema<T>, 'zero' | 'hasZero'>): T {
  if (!hasZero) throw errors.missingField('a union is needed')
  return zero
}

function isNull(reader: Reader): boolean {
  const first = reader.bytes[reader.at]
  return first === 0xf6 || first === 0xf7
}

/** The slow path: keys in any order and case, and keys of no field. */
class FieldMatcher {
  readonly #reader: Reader
  readonly #compiled: CompiledStruct
  readonly #values: Record<string, unknown>
  readonly #found: Marks
  /** Every key so far, as the reference tells them apart. */
  readonly #keys: Set<string | bigint>

  constructor(
    reader: Reader,
    compiled: CompiledStruct,
    values: Record<string, unknown>,
    found: Marks,
  ) {
    this.#reader = reader
    this.#compiled = compiled
    this.#values = values
    this.#found = found
    const known = compiled.fields.filter((_, i) => isMarked(found, i))
    this.#keys = new Set(known.map(({ wire }) => wire))
  }

  readRest(left: number): void {
    if (this.#reader.rules.isRust) throw this.#refusal()
    for (let i = 0; i < left; i++) this.#readPair()
    checkComplete(this.#compiled, this.#found)
  }

  /** The Rust side takes neither an unknown field nor a known one out of order. */
  #refusal() {
    const key = this.#readKey()
    const isKnown = typeof key === 'string' && this.#compiled.indexOfWire.has(key)
    return isKnown ? errors.notSorted(key) : errors.unknownField(excerpt(String(key)))
  }

  #readKey(): string | bigint {
    const reader = this.#reader
    const major = reader.head()
    if (major === MAJOR.text) return readTextBody(reader)
    const argument = (BigInt(reader.high) << 32n) | BigInt(reader.low)
    // COMPAT(fxamacker/cbor): integer keys are told apart after wrapping into an int64.
    if (major === MAJOR.unsigned) return BigInt.asIntN(64, argument)
    if (major === MAJOR.negative && reader.high < 0x8000_0000) return -1n - argument
    throw reader.wrongType(major, 'a field name')
  }

  #readPair(): void {
    const reader = this.#reader
    const key = this.#readKey()
    const index = typeof key === 'string' ? this.#match(key) : undefined
    if (!reader.rules.allowsDuplicates) {
      if (this.#keys.has(key)) throw errors.duplicateKey(excerpt(String(key)))
      this.#keys.add(key)
    }
    if (index !== undefined) {
      this.#found[index >> 5]! |= 1 << (index & 31)
      const field = this.#compiled.fields[index]!
      this.#values[field.name] = readField(reader, field)
    } else if (reader.rules.ignoresUnknownFields) {
      reader.skip()
    } else {
      throw errors.unknownField(excerpt(String(key)))
    }
  }

  /** COMPAT(fxamacker/cbor): the exact name first, then any case, but no field twice. */
  #match(key: string): number | undefined {
    const { indexOfWire, indexOfFolded } = this.#compiled
    const exact = indexOfWire.get(key)
    if (exact !== undefined && !isMarked(this.#found, exact)) return exact
    const folded = indexOfFolded.get(foldAscii(key))
    return folded !== undefined && !isMarked(this.#found, folded) ? folded : undefined
  }
}

/** Lower case of ASCII letters only: a field name of another length never matches. */
function foldAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
