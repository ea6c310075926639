/** The file of an address book: the reference's `addrbook.json`, readable both ways. */

import { parseUtf8, toUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { parseIp, printIp } from '@wadi/primitives/ip'
import { parseMoment, printMoment } from '@wadi/primitives/moment'
import { isPeerId, type NetAddress } from '../address/netAddress.ts'
import { errors } from '../errors.ts'
import {
  BOOK_FILE_BYTES_MAX,
  NEW_BUCKET_COUNT,
  NEW_BUCKETS_PER_ADDRESS_MAX,
  OLD_BUCKET_COUNT,
} from '../limits.ts'
import type { BookContent, KnownAddress } from './knownAddress.ts'

const BUCKET_TYPES = { new: 1, old: 2 } as const
const BUCKET_COUNTS = { new: NEW_BUCKET_COUNT, old: OLD_BUCKET_COUNT } as const
const BUCKETS_MAX = { new: NEW_BUCKETS_PER_ADDRESS_MAX, old: 1 } as const
const PORT_MAX = 65_535
const INT32_MAX = 0x7fff_ffff
const KEY_CHARACTERS_MAX = 128
/** The zero value of Go's time. */
const NEVER = '0001-01-01T00:00:00Z'
const NS_PER_MS = 1_000_000

/** The text of a book. */
export function encodeBook({ key, entries }: BookContent): Uint8Array {
  const addrs = entries.map((known) => ({
    addr: addressForm(known.address),
    src: addressForm(known.source),
    buckets: known.buckets,
    attempts: known.attempts,
    bucket_type: BUCKET_TYPES[known.kind],
    last_attempt: printTime(known.lastAttemptMs),
    last_success: printTime(known.lastSuccessMs),
    last_ban_time: printTime(known.bannedUntilMs),
  }))
  return toUtf8(JSON.stringify({ key, addrs }, undefined, '\t'))
}

/** The book of a text. One that cannot be understood is an error; nothing of it is taken. */
export function decodeBook(bytes: Uint8Array): BookContent {
  if (bytes.length > BOOK_FILE_BYTES_MAX) throw errors.badBookFile(`${bytes.length} bytes`)
  const book = recordOf(parseText(bytes), 'book')
  const key = book['key']
  if (typeof key !== 'string' || key.length > KEY_CHARACTERS_MAX) throw errors.badBookFile('key')
  const addrs = book['addrs'] ?? []
  if (!Array.isArray(addrs)) throw errors.badBookFile('addrs')
  const entries = new Map<string, KnownAddress>()
  for (const form of addrs) {
    const known = readEntry(recordOf(form, 'entry'))
    if (entries.has(known.address.id)) throw errors.badBookFile('a peer twice')
    entries.set(known.address.id, known)
  }
  return { key, entries: [...entries.values()] }
}

function addressForm({ id, ip, port }: NetAddress) {
  return { id, ip: printIp(ip), port }
}

function printTime(ms: number | undefined): string {
  if (ms === undefined) return NEVER
  const whole = Math.trunc(ms)
  const fraction = ((whole % 1000) + 1000) % 1000
  return printMoment({
    seconds: BigInt((whole - fraction) / 1000),
    nanoseconds: fraction * NS_PER_MS,
  })
}

function parseText(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(parseUtf8(bytes))
  } catch (error) {
    if (error instanceof CodedError || error instanceof SyntaxError)
      throw errors.badBookFile('not JSON')
    throw error
  }
}

type Form = Readonly<Record<string, unknown>>

function recordOf(value: unknown, what: string): Form {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw errors.badBookFile(what)
  return value as Form
}

function integerOf(form: Form, name: string, max: number): number {
  const value = form[name]
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > max)
    throw errors.badBookFile(name)
  return value
}

function textOf(form: Form, name: string): string {
  const value = form[name]
  if (typeof value !== 'string') throw errors.badBookFile(name)
  return value
}

function readAddress(form: Form): NetAddress {
  const id = textOf(form, 'id')
  if (!isPeerId(id)) throw errors.badBookFile('id')
  return { id, ip: readWith(parseIp, form, 'ip'), port: integerOf(form, 'port', PORT_MAX) }
}

function readWith<T>(parse: (text: string) => T, form: Form, name: string): T {
  try {
    return parse(textOf(form, name))
  } catch (error) {
    if (error instanceof CodedError) throw errors.badBookFile(name)
    throw error
  }
}

function readTime(form: Form, name: string): number | undefined {
  const { seconds, nanoseconds } = readWith(parseMoment, form, name)
  const ms = Number(seconds) * 1000 + Math.trunc(nanoseconds / NS_PER_MS)
  return ms <= 0 ? undefined : ms
}

function readEntry(form: Form): KnownAddress {
  const kind = kindOf(form)
  return {
    address: readAddress(recordOf(form['addr'], 'addr')),
    source: readAddress(recordOf(form['src'], 'src')),
    kind,
    buckets: readBuckets(form, kind),
    attempts: integerOf(form, 'attempts', INT32_MAX),
    lastAttemptMs: readTime(form, 'last_attempt') ?? 0,
    lastSuccessMs: readTime(form, 'last_success'),
    bannedUntilMs: readTime(form, 'last_ban_time'),
  }
}

function kindOf(form: Form): KnownAddress['kind'] {
  const type = form['bucket_type']
  if (type === BUCKET_TYPES.new) return 'new'
  if (type === BUCKET_TYPES.old) return 'old'
  throw errors.badBookFile('bucket_type')
}

function readBuckets(form: Form, kind: KnownAddress['kind']): readonly number[] {
  const buckets = form['buckets'] ?? []
  if (!Array.isArray(buckets) || buckets.length > BUCKETS_MAX[kind])
    throw errors.badBookFile('buckets')
  return buckets.map((_, i) => integerOf({ ...buckets }, `${i}`, BUCKET_COUNTS[kind] - 1))
}
