/**
 * The ordered key-value contract. Keys are ordered bytewise, and nothing here waits:
 * below the waterline a read is a function call.
 *
 * Above it a store on disk has to wait for its ranges and writes; `ShellStore` of
 * `@wadi/node-storage` says the same words with waiting allowed, so that every `Store` is also
 * a `ShellStore`, and one compliance suite holds both to the same promises.
 */

/** One pair. The bytes belong to the store: read them, never write into them. */
export interface Entry {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** The keys between two bounds. At most one lower and at most one upper bound. */
export interface KeyRange {
  /** Keys greater than this one. */
  readonly gt?: Uint8Array
  /** Keys greater than or equal to this one. */
  readonly gte?: Uint8Array
  /** Keys less than this one. */
  readonly lt?: Uint8Array
  /** Keys less than or equal to this one. */
  readonly lte?: Uint8Array
}

/** Which entries, in which order, and how many of them at most. */
export interface RangeQuery extends KeyRange {
  /** `forward` (smallest key first) unless told otherwise. */
  readonly order?: 'forward' | 'reverse'
  /** No limit unless told otherwise; zero yields nothing. */
  readonly limit?: number
}

/** One step of a batch. Steps take effect in their order. */
export type Operation =
  | { readonly kind: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly kind: 'delete'; readonly key: Uint8Array }
  | { readonly kind: 'delete-range'; readonly range: KeyRange }

/**
 * What a crash may take.
 * `sync`: nothing that was acknowledged. `buffered`: the last batches, but always whole batches
 * and only from the end, so that a later one never survives an earlier one.
 */
export type Durability = 'sync' | 'buffered'

/** What a write is when nobody chose: forgetting to choose must not lose anything. */
export const DURABILITY_DEFAULT: Durability = 'sync'

/** How a batch is written. */
export interface WriteOptions {
  readonly durability?: Durability
}

/** What can be read from a store and from a snapshot of one. */
export interface Reader {
  /** The value of `key`, or undefined. */
  get(key: Uint8Array): Uint8Array | undefined
  /** The entries of the range as they were when this was called. */
  range(query?: RangeQuery): Iterable<Entry>
}

/** The store as it was at one moment, while writes go on. Whoever opens one closes it. */
export interface Snapshot extends Reader {
  close(): void
}

/** An ordered key-value store that answers at once. */
export interface Store extends Reader {
  /** Applies all operations or none. */
  write(operations: readonly Operation[], options?: WriteOptions): void
  /** Freezes what is there. At most `SNAPSHOTS_MAX` are open at a time. */
  snapshot(): Snapshot
  /** Ends the store and every snapshot of it; closing again does nothing. */
  close(): void
}
