/**
 * Where the record of each height is: 24 bytes a height, in the order of heights. Mostly heights
 * are added at the end and taken from the beginning.
 */

import type { RecordHead } from '@wadi/node-storage/record-log'

/** What a table knows of a record. */
export type TableEntry = Omit<RecordHead, 'kind'>

const CAPACITY_MIN = 64

/** See the top of this file. */
export class HeightTable {
  #heights = new BigInt64Array(CAPACITY_MIN)
  #addresses = new Float64Array(CAPACITY_MIN)
  #sizes = new Uint32Array(CAPACITY_MIN)
  #tags = new Uint32Array(CAPACITY_MIN)
  #start = 0
  #end = 0

  get size(): number {
    return this.#end - this.#start
  }

  get first(): TableEntry | undefined {
    return this.#at(this.#start)
  }

  get last(): TableEntry | undefined {
    return this.#at(this.#end - 1)
  }

  get(height: bigint): TableEntry | undefined {
    const entry = this.floor(height)
    return entry?.height === height ? entry : undefined
  }

  /** The entry of the highest height that is not above the given one. */
  floor(height: bigint): TableEntry | undefined {
    return this.#at(this.#firstAbove(height) - 1)
  }

  /** Adds an entry, or puts it in the place of the one of its height. */
  set({ height, address, size, tag }: TableEntry): void {
    let index = this.#firstAbove(height)
    if (index > this.#start && this.#heights[index - 1] === height) index--
    else {
      index = this.#reserve(index)
      this.#heights[index] = height
    }
    this.#addresses[index] = address
    this.#sizes[index] = size
    this.#tags[index] = tag
  }

  /** Forgets the entries below a height. */
  deleteBelow(height: bigint): void {
    this.#start = this.#firstAbove(height - 1n)
  }

  /** The entry that was written first. */
  get lowest(): TableEntry | undefined {
    let lowest = this.#start
    for (let i = lowest + 1; i < this.#end; i++)
      if (this.#addresses[i]! < this.#addresses[lowest]!) lowest = i
    return this.#at(lowest)
  }

  /** The entries with a tag, the highest first. */
  *withTag(tag: number): Generator<TableEntry> {
    for (let from = this.#end - 1; from >= this.#start; from--) {
      from = this.#tags.lastIndexOf(tag, from)
      if (from < this.#start) return
      yield this.#at(from)!
    }
  }

  /** The entries by height. */
  *[Symbol.iterator](): Generator<TableEntry> {
    for (let i = this.#start; i < this.#end; i++) yield this.#at(i)!
  }

  #at(index: number): TableEntry | undefined {
    if (index < this.#start || index >= this.#end) return undefined
    return {
      height: this.#heights[index]!,
      address: this.#addresses[index]!,
      size: this.#sizes[index]!,
      tag: this.#tags[index]!,
    }
  }

  #firstAbove(height: bigint): number {
    // Mostly it is asked for a new height.
    if (this.#end > this.#start && height > this.#heights[this.#end - 1]!) return this.#end
    let low = this.#start
    let high = this.#end
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#heights[middle]! <= height) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Makes room for an entry; returns where it is, as the beginning may have moved. */
  #reserve(index: number): number {
    let at = index
    if (this.#end === this.#heights.length) {
      const capacity = Math.max(CAPACITY_MIN, this.size * 2)
      this.#heights = this.#moved(this.#heights, new BigInt64Array(capacity))
      this.#addresses = this.#moved(this.#addresses, new Float64Array(capacity))
      this.#sizes = this.#moved(this.#sizes, new Uint32Array(capacity))
      this.#tags = this.#moved(this.#tags, new Uint32Array(capacity))
      at -= this.#start
      this.#end -= this.#start
      this.#start = 0
    }
    // PERF: without moving nothing, a table of 100,000 heights takes half of the time.
    if (at < this.#end) {
      for (const list of [this.#heights, this.#addresses, this.#sizes, this.#tags])
        list.copyWithin(at + 1, at, this.#end)
    }
    this.#end++
    return at
  }

  #moved<T extends BigInt64Array | Float64Array | Uint32Array>(from: T, to: T): T {
    to.set(from.subarray(this.#start, this.#end) as never)
    return to
  }
}
