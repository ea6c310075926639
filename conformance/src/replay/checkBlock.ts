/** Has a recorded line the form that it should have? */

import { CodedError, UnavailableError } from '@wadi/base/errors'
import type { RecordedBlock } from '../records.ts'
import { replayedBlock } from './recordedHeader.ts'

const HEX_HASH = /^[0-9a-fA-F]{64}$/
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

type Json = Readonly<Record<string, unknown>>

/** What a field has to be, and how that is said. */
interface Shape {
  readonly words: string
  readonly fits: (value: unknown) => boolean
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown): value is string => typeof value === 'string'
const isBase64 = (value: unknown) => isText(value) && BASE64.test(value)

const HEIGHT: Shape = { words: 'a height', fits: (value) => /^[1-9]\d*$/.test(String(value)) }
const HASH: Shape = {
  words: '64 hexadecimal digits',
  fits: (value) => isText(value) && HEX_HASH.test(value),
}
const BYTES: Shape = { words: 'bytes in base64', fits: isBase64 }
const NUMBER: Shape = { words: 'a number', fits: (value) => typeof value === 'number' }
const TEXT: Shape = { words: 'a text', fits: isText }

function optional(shape: Shape): Shape {
  const fits = (value: unknown) => value === undefined || value === null || shape.fits(value)
  return { ...shape, fits }
}

/** A list; an empty one may be absent. */
function list(item: string, fits: (value: unknown) => boolean): Shape {
  const isList = (value: unknown) => Array.isArray(value) && value.every(fits)
  return optional({ words: `a list of ${item}`, fits: isList })
}

function record(fields: Readonly<Record<string, Shape>>): (value: unknown) => boolean {
  const shapes = Object.entries(fields)
  return (value) => isObject(value) && shapes.every(([name, { fits }]) => fits(value[name]))
}

function pair(fits: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => Array.isArray(value) && value.length === 2 && isText(value[0]) && fits(value[1])
}

const EVENTS = list(
  'events',
  record({ type: TEXT, attrs: { ...list('pairs', pair(isText)), words: 'pairs' } }),
)

/** Absent is what is zero or empty. */
const SHAPES: Readonly<Record<keyof RecordedBlock, Shape>> = {
  height: HEIGHT,
  block_hash: HASH,
  block: BYTES,
  seen_commit: optional(BYTES),
  state_root: HASH,
  begin_events: EVENTS,
  end_events: EVENTS,
  tx_results: list(
    'results of transactions',
    record({
      code: optional(NUMBER),
      codespace: optional(TEXT),
      data: optional(BYTES),
      gas_wanted: optional(NUMBER),
      gas_used: optional(NUMBER),
      events: EVENTS,
    }),
  ),
  validator_updates: list('validators', record({ pub_key: BYTES, power: optional(NUMBER) })),
  consensus_param_updates: optional(BYTES),
  state_diff: list(
    'pairs of a key and a value',
    pair((value) => value === null || isBase64(value)),
  ),
  app_hash_in_next_header: optional(TEXT),
}

function damaged(what: string): UnavailableError {
  const cure = 'the line was damaged or is of another format: record it again'
  return new UnavailableError('recording.damaged', `${what}; ${cure}`)
}

/** Checks a line that stands at `where`. */
export function checkBlock(value: unknown, where: string): RecordedBlock {
  if (!isObject(value)) throw damaged(`${where} is no block, but ${JSON.stringify(value)}`)
  for (const [name, { words, fits }] of Object.entries(SHAPES))
    if (!fits(value[name])) {
      const height = name === 'height' ? '' : ` (block ${String(value['height'])})`
      const what = value[name] === undefined ? 'is missing' : `is not ${words}`
      throw damaged(`${where}${height}: the field ${name} ${what}`)
    }
  const block = value as unknown as RecordedBlock
  checkHeader(block, where)
  return block
}

function checkHeader(record: RecordedBlock, where: string): void {
  try {
    const { height } = replayedBlock(record)
    if (height === BigInt(record.height)) return
    throw damaged(`${where}: it says block ${record.height}, but the header in it ${height}`)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw damaged(
      `${where} (block ${record.height}): the field block cannot be taken apart (${error.message})`,
    )
  }
}
