/**
 * The key-value contract above the waterline: the words of `@wadi/kv`, with waiting allowed where
 * a disk has to. A single value is read at once; ranges and writes are awaited. Every `Store` of
 * `@wadi/kv` is a `ShellStore`, so a shell runs on memory what it runs on disk.
 */

import type { Entry, Operation, RangeQuery, WriteOptions } from '@wadi/kv/contract'

/** What can be read from a store and from a snapshot of one. */
export interface ShellReader {
  get(key: Uint8Array): Uint8Array | undefined
  range(query?: RangeQuery): Iterable<Entry> | AsyncIterable<Entry>
}

/** The store as it was at one moment. Whoever opens one closes it. */
export interface ShellSnapshot extends ShellReader {
  close(): void | Promise<void>
}

/** An ordered key-value store whose writes may have to wait. */
export interface ShellStore extends ShellReader {
  /** Applies all operations or none; batches take effect in the order of the calls. */
  write(operations: readonly Operation[], options?: WriteOptions): void | Promise<void>
  snapshot(): ShellSnapshot
  close(): void | Promise<void>
}
