/**
 * Values that seldom change, by height: at most heights there is only the distance to the height
 * at which the value was stored in full, so a lost record is missed and never answered wrongly.
 */

import { CodedError } from '@wadi/base/errors'
import type { RecordHead, RecordLog } from '@wadi/node-storage/record-log'
import { decode, encode, type Schema } from '@wadi/protobuf/codec'
import { HeightTable, type TableEntry } from './heightTable.ts'

/** A value as of a height, and how many heights before it was stored. */
export interface Dated<T> {
  readonly value: T
  readonly age: number
}

/** See the top of this file. The tag of a record is the distance, zero if the value follows. */
export class History<T> {
  readonly #kind: number
  readonly #schema: Schema<T>
  readonly #table = new HeightTable()
  /** What was decoded last: most heights of a time have the same. */
  #latest: { readonly address: number; readonly value: T } | undefined

  constructor(kind: number, schema: Schema<T>) {
    this.#kind = kind
    this.#schema = schema
  }

  /** Takes in a record that the log has. */
  note(head: RecordHead): void {
    if (head.kind === this.#kind) this.#table.set(head)
  }

  /**
   * Stores the value of a height; `storedAt` says from when it is the same. If that is not here, as
   * after a state sync or damage, the value is stored in full again.
   */
  save(log: RecordLog, entry: { height: bigint; storedAt: bigint; value: T }): void {
    const { height, storedAt, value } = entry
    const isKnown = storedAt < height && this.#table.get(storedAt)?.tag === 0
    const tag = isKnown ? Number(height - storedAt) : 0
    const parts = isKnown ? [] : [encode(this.#schema, value)]
    this.#table.set(log.append({ kind: this.#kind, height, tag, parts }))
  }

  /** Is there a record of a height? */
  has(height: bigint): boolean {
    return this.#table.get(height) !== undefined
  }

  load(log: RecordLog, height: bigint): Dated<T> | undefined {
    const full = this.#fullOf(height)
    const value = full === undefined ? undefined : this.#valueAt(log, full)
    if (full === undefined || value === undefined) return undefined
    return { value, age: Number(height - full.height) }
  }

  /** Forgets what only heights below this one need; returns where the rest begins. */
  prune(height: bigint): number {
    const full = this.#fullOf(height)
    this.#table.deleteBelow(height)
    const lowest = this.#table.lowest?.address ?? Number.POSITIVE_INFINITY
    if (full !== undefined) this.#table.set(full)
    return lowest
  }

  /** Writes again what a height needs and what lies below an address. */
  copyForward(log: RecordLog, height: bigint, below: number): void {
    const full = this.#fullOf(height)
    if (full === undefined || full.address >= below) return
    const bytes = log.read(full)
    if (bytes === undefined) return
    this.#table.set(log.append({ kind: this.#kind, height: full.height, parts: [bytes] }))
  }

  #valueAt(log: RecordLog, full: TableEntry): T | undefined {
    const { address } = full
    if (this.#latest?.address === address) return this.#latest.value
    const bytes = log.read(full)
    if (bytes === undefined) return undefined
    try {
      const value = decode(this.#schema, bytes)
      this.#latest = { address, value }
      return value
    } catch (error) {
      if (error instanceof CodedError) return undefined
      throw error
    }
  }

  #fullOf(height: bigint): TableEntry | undefined {
    const entry = this.#table.get(height)
    if (entry === undefined) return undefined
    const full = this.#table.get(height - BigInt(entry.tag))
    return full?.tag === 0 ? full : undefined
  }
}
