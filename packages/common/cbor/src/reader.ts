import type { CodedError } from '@wadi/base/errors'
import { errors } from './errors.ts'
import {
  LIST_COUNT_MAX,
  MAP_COUNT_MAX,
  NESTING_MAX,
  RUST_NESTING_MAX,
  TRUSTED_COUNT_MAX,
} from './limits.ts'

/** What a decoder accepts: the three levels of trust of the Go side, and the strict Rust side. */
export interface Rules {
  readonly isRust: boolean
  readonly ignoresUnknownFields: boolean
  readonly allowsDuplicates: boolean
  readonly listCountMax: number
  readonly mapCountMax: number
  readonly nestingMax: number
}

const UNTRUSTED: Rules = {
  isRust: false,
  ignoresUnknownFields: false,
  allowsDuplicates: false,
  listCountMax: LIST_COUNT_MAX,
  mapCountMax: MAP_COUNT_MAX,
  nestingMax: NESTING_MAX,
}

/** The decoders by name. */
export const RULES = {
  untrusted: UNTRUSTED,
  rpc: { ...UNTRUSTED, ignoresUnknownFields: true },
  trusted: {
    ...UNTRUSTED,
    ignoresUnknownFields: true,
    allowsDuplicates: true,
    listCountMax: TRUSTED_COUNT_MAX,
    mapCountMax: TRUSTED_COUNT_MAX,
  },
  rust: {
    ...UNTRUSTED,
    isRust: true,
    listCountMax: Number.POSITIVE_INFINITY,
    mapCountMax: Number.POSITIVE_INFINITY,
    nestingMax: RUST_NESTING_MAX,
  },
} as const satisfies Record<string, Rules>

/** Major types, already shifted to the high bits of the initial byte. */
export const MAJOR = {
  unsigned: 0x00,
  negative: 0x20,
  bytes: 0x40,
  text: 0x60,
  list: 0x80,
  map: 0xa0,
  tag: 0xc0,
  simple: 0xe0,
} as const

/** The initial byte of null; the Go side takes undefined (f7) for the same. */
export const NULL = 0xf6

/** A place in a byte string that is read front to back. */
export class Reader {
  readonly bytes: Uint8Array
  readonly end: number
  /** A type that decodes itself changes them for its own item. */
  rules: Rules
  at: number
  depth = 0
  /** The low five bits of the last initial byte. */
  info = 0
  /** The argument of the last head; beyond 2^53 only `high` and `low` are exact. */
  argument = 0
  high = 0
  low = 0
  /** Steps to the place of a failure, innermost first; filled while the failure unwinds. */
  steps: string[] | undefined = undefined

  constructor(bytes: Uint8Array, rules: Rules, at = 0) {
    this.bytes = bytes
    this.end = bytes.length
    this.rules = rules
    this.at = at
  }

  /** Notes a step on the way to a failure, from the inside out. */
  addStep(step: string): void {
    this.steps ??= []
    this.steps.push(step)
  }

  /** Where a failure was: `$.fee.amount`. */
  path(): string {
    return `$${(this.steps ?? []).toReversed().join('')}`
  }

  /** Is the next item null (or, on the Go side, undefined)? */
  isNil(): boolean {
    const first = this.bytes[this.at]
    return first === NULL || (first === 0xf7 && !this.rules.isRust)
  }

  /** Was the head that was just read, of `major`, null or undefined on the Go side? */
  wasNil(major: number): boolean {
    return major === MAJOR.simple && (this.info === 22 || this.info === 23) && !this.rules.isRust
  }

  /** Reads the initial bytes of an item and returns its major type. */
  head(): number {
    const bytes = this.bytes
    if (this.at >= this.end) throw errors.truncated()
    const first = bytes[this.at++]!
    const info = first & 31
    const major = first & 0xe0
    this.info = info
    this.high = 0
    if (info < 24) {
      this.low = this.argument = info
      if (major === MAJOR.tag && !this.rules.isRust) throw errors.tag()
      return major
    }
    if (major === MAJOR.tag && !this.rules.isRust) throw errors.tag()
    if (info > 27) {
      const isOpen = info === 31 && major >= MAJOR.bytes && major <= MAJOR.map
      throw isOpen ? errors.indefiniteLength() : errors.malformed(`initial byte ${first}`)
    }
    this.wideArgument(1 << (info - 24), major)
    return major
  }

  private wideArgument(size: number, major: number): void {
    const bytes = this.bytes
    if (this.end - this.at < size) throw errors.truncated()
    let at = this.at
    let low = 0
    if (size === 8) {
      this.high = (bytes[at]! * 0x1000000 + word24(bytes, at + 1)) >>> 0
      at += 4
    }
    if (size >= 4) low = bytes[at]! * 0x1000000 + word24(bytes, at + 1)
    else if (size === 2) low = (bytes[at]! << 8) | bytes[at + 1]!
    else low = bytes[at]!
    this.at += size
    this.low = low
    this.argument = this.high * 0x1_0000_0000 + low
    if (this.rules.isRust) this.checkMinimal(size)
    else if (major === MAJOR.simple && size === 1 && low < 32) {
      throw errors.malformed('simple value in two bytes')
    }
  }

  private checkMinimal(size: number): void {
    const isMinimal =
      size === 8
        ? this.high > 0
        : size === 4
          ? this.low > 0xffff
          : size === 2
            ? this.low > 0xff
            : this.low > 23
    if (!isMinimal) throw errors.notMinimal()
  }

  /**
   * Steps over the head of a string of `major` that has less than 24 bytes and is all there, and
   * returns its size; -1 for anything else, which is left where it is.
   */
  shortSize(major: number): number {
    const size = this.bytes[this.at]! - major
    if (!(size >= 0 && size < 24) || this.at + size >= this.end) return -1
    this.at++
    return size
  }

  /** Checks that the string whose head was just read is there, and returns its size. */
  stringSize(): number {
    if (this.argument > this.end - this.at) throw errors.truncated()
    return this.argument
  }

  /** Goes one level down, into something with `count` parts. */
  deepen(count: number): void {
    this.depth++
    // COMPAT(oasis-cbor): it counts around an item, so that one empty list more is let pass.
    const isEmptyInRust = count === 0 && this.rules.isRust
    if (this.depth > this.rules.nestingMax && !isEmptyInRust) throw errors.tooDeep()
  }

  /** Goes into the array whose head was just read, and returns its count. */
  enterList(): number {
    const count = this.argument
    if (count > this.rules.listCountMax) throw errors.tooMany(`${count} in an array`)
    this.deepen(count)
    // Each element takes a byte at least: a lying count is found before anything is reserved.
    if (count > this.end - this.at) throw errors.truncated()
    return count
  }

  /** Goes into the map whose head was just read, and returns its count. */
  enterMap(): number {
    const count = this.argument
    if (count > this.rules.mapCountMax) throw errors.tooMany(`${count} in a map`)
    this.deepen(count)
    if (2 * count > this.end - this.at) throw errors.truncated()
    return count
  }

  /** Leaves an array or map. */
  leave(): void {
    this.depth--
  }

  /** Steps over one item: it must be well formed and nothing else is asked of it. */
  skip(): void {
    const major = this.head()
    if (major === MAJOR.bytes || major === MAJOR.text) {
      const size = this.stringSize()
      this.at += size
    } else if (major === MAJOR.list || major === MAJOR.map) {
      const count = major === MAJOR.list ? this.enterList() : 2 * this.enterMap()
      for (let i = 0; i < count; i++) this.skip()
      this.leave()
    }
  }

  /** The error for an item of a type that the schema does not take. */
  wrongType(major: number, wanted: string): CodedError {
    return errors.wrongType(`${itemName(major, this.info)} instead of ${wanted}`)
  }
}

function word24(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!
}

const ITEM_NAMES: Readonly<Record<number, string>> = {
  [MAJOR.unsigned]: 'unsigned integer',
  [MAJOR.negative]: 'negative integer',
  [MAJOR.bytes]: 'byte string',
  [MAJOR.text]: 'text',
  [MAJOR.list]: 'array',
  [MAJOR.map]: 'map',
  [MAJOR.tag]: 'tag',
}

function itemName(major: number, info: number): string {
  if (major !== MAJOR.simple) return ITEM_NAMES[major]!
  if (info === 20 || info === 21) return 'boolean'
  if (info === 22 || info === 23) return 'null'
  return info >= 25 ? 'float' : 'simple value'
}
