/** The key-value store on disk: LevelDB behind the contract. */

import { compareBytes } from '@wadi/base/bytes'
import { UnavailableError } from '@wadi/base/errors'
import {
  DURABILITY_DEFAULT,
  type Entry,
  type KeyRange,
  type Operation,
  type RangeQuery,
  type WriteOptions,
} from '@wadi/kv/contract'
import { closedError, tooManySnapshotsError } from '@wadi/kv/errors'
import { SNAPSHOTS_MAX } from '@wadi/kv/limits'
import { checkKey, checkOperations } from '@wadi/kv/operations'
import { checkQuery, isAboveLower, isBelowUpper } from '@wadi/kv/range'
import { ClassicLevel } from 'classic-level'
import { nodeFiles } from '../files/nodeFiles.ts'
import { openStoreFolder, type StoreFolder } from '../files/storeFolder.ts'
import { RANGE_CHUNK_ENTRIES, WRITES_QUEUED_MAX } from '../limits.ts'
import type { ShellSnapshot, ShellStore } from './shellStore.ts'

type Level = ClassicLevel<Uint8Array, Uint8Array>
type LevelSnapshot = ReturnType<Level['snapshot']>

const FORMAT = 1
const KIND = 'key-value store'
/** Blocks of the store that stay in memory. */
const CACHE_SIZE = 32 * 1024 * 1024
/** What is collected in memory before it becomes a sorted file. */
const WRITE_BUFFER_SIZE = 16 * 1024 * 1024

/** Which store, and whose data it holds. */
export interface DiskStoreOptions {
  readonly path: string
  /** The chain context; a store of another one is refused. */
  readonly chain: string
}

function unavailable(path: string, cause: unknown): UnavailableError {
  const text = cause instanceof Error ? String(cause.cause ?? cause) : String(cause)
  const isFull = /no space|ENOSPC|quota/i.test(text)
  return new UnavailableError(
    isFull ? 'storage.full' : 'storage.io',
    `storage: the key-value store in ${path} failed: ${text}`,
    { cause },
  )
}

function levelRange(query: RangeQuery): object {
  const { gt, gte, lt, lte, limit } = query
  const bounds = Object.entries({ gt, gte, lt, lte }).filter(([, bound]) => bound !== undefined)
  return {
    ...Object.fromEntries(bounds),
    reverse: query.order === 'reverse',
    limit: limit ?? -1,
  }
}

async function* entriesOf(
  level: Level,
  query: RangeQuery,
  snapshot: LevelSnapshot,
): AsyncGenerator<Entry> {
  const iterator = level.iterator({ ...levelRange(query), snapshot })
  try {
    for (;;) {
      const chunk = await iterator.nextv(RANGE_CHUNK_ENTRIES)
      if (chunk.length === 0) return
      for (const [key, value] of chunk) yield { key, value }
    }
  } finally {
    await iterator.close()
  }
}

/** A range that has not begun yet, as old as its call. */
function rangeOf(level: Level, query: RangeQuery): AsyncIterable<Entry> {
  const snapshot = level.snapshot()
  return {
    async *[Symbol.asyncIterator]() {
      try {
        yield* entriesOf(level, query, snapshot)
      } finally {
        await snapshot.close()
      }
    },
  }
}

class DiskSnapshot implements ShellSnapshot {
  readonly #store: DiskStore
  readonly #level: Level
  readonly #snapshot: LevelSnapshot
  #isClosed = false

  constructor(store: DiskStore, level: Level) {
    this.#store = store
    this.#level = level
    this.#snapshot = level.snapshot()
  }

  get(key: Uint8Array): Uint8Array | undefined {
    checkKey(key)
    this.#checkOpen()
    return this.#level.getSync(key, { snapshot: this.#snapshot })
  }

  range(query: RangeQuery = {}): AsyncIterable<Entry> {
    checkQuery(query)
    this.#checkOpen()
    return entriesOf(this.#level, query, this.#snapshot)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#store.forget(this)
    await this.#snapshot.close()
  }

  #checkOpen(): void {
    if (this.#isClosed) throw closedError('the snapshot')
  }
}

/** See `ShellStore`. Open it with `DiskStore.open`. */
export class DiskStore implements ShellStore {
  readonly #folder: StoreFolder
  readonly #level: Level
  readonly #snapshots = new Set<DiskSnapshot>()
  #queued = 0
  #lastWrite: Promise<void> = Promise.resolve()
  #closing: Promise<void> | undefined

  private constructor(folder: StoreFolder, level: Level) {
    this.#folder = folder
    this.#level = level
  }

  /** Opens the store in a folder, and makes it if there is none. */
  static async open({ path, chain }: DiskStoreOptions): Promise<DiskStore> {
    const folder = openStoreFolder(nodeFiles, path, { kind: KIND, format: FORMAT, chain })
    const level: Level = new ClassicLevel(`${path}/level`, {
      keyEncoding: 'view',
      valueEncoding: 'view',
      cacheSize: CACHE_SIZE,
      writeBufferSize: WRITE_BUFFER_SIZE,
    })
    try {
      await level.open()
    } catch (cause) {
      folder.release()
      throw unavailable(path, cause)
    }
    return new DiskStore(folder, level)
  }

  get(key: Uint8Array): Uint8Array | undefined {
    this.#checkOpen()
    checkKey(key)
    return this.#level.getSync(key)
  }

  range(query: RangeQuery = {}): AsyncIterable<Entry> {
    this.#checkOpen()
    checkQuery(query)
    return rangeOf(this.#level, query)
  }

  async write(operations: readonly Operation[], options: WriteOptions = {}): Promise<void> {
    this.#checkOpen()
    checkOperations(operations)
    if (this.#queued >= WRITES_QUEUED_MAX)
      throw new UnavailableError(
        'storage.busy',
        `storage: ${WRITES_QUEUED_MAX} writes wait for the disk under ${this.#folder.path} already`,
      )
    this.#queued++
    // One after the other: LevelDB's threads would overtake each other, and a range that a batch
    // deletes has to be read when everything before it is there.
    const written = this.#lastWrite.then(() => this.#apply(operations, options))
    this.#lastWrite = written.catch(() => undefined).then(() => void this.#queued--)
    await written
  }

  snapshot(): ShellSnapshot {
    this.#checkOpen()
    if (this.#snapshots.size >= SNAPSHOTS_MAX) throw tooManySnapshotsError(SNAPSHOTS_MAX)
    const snapshot = new DiskSnapshot(this, this.#level)
    this.#snapshots.add(snapshot)
    return snapshot
  }

  async close(): Promise<void> {
    this.#closing ??= this.#end()
    await this.#closing
  }

  /** For a snapshot of this store that was closed. */
  forget(snapshot: DiskSnapshot): void {
    this.#snapshots.delete(snapshot)
  }

  async #end(): Promise<void> {
    for (const snapshot of this.#snapshots) await snapshot.close()
    await this.#lastWrite
    await this.#level.close()
    this.#folder.release()
  }

  async #apply(operations: readonly Operation[], options: WriteOptions): Promise<void> {
    const batch = this.#level.batch()
    try {
      for (let i = 0; i < operations.length; i++) {
        const operation = operations[i]!
        if (operation.kind === 'put') batch.put(operation.key, operation.value)
        else if (operation.kind === 'delete') batch.del(operation.key)
        else {
          const doomed = await this.#keysIn(operation.range, operations.slice(0, i))
          for (const key of doomed) batch.del(key)
        }
      }
      await batch.write({ sync: (options.durability ?? DURABILITY_DEFAULT) === 'sync' })
    } catch (cause) {
      throw unavailable(this.#folder.path, cause)
    } finally {
      await batch.close()
    }
  }

  /** LevelDB deletes single keys only: those there, and those that the batch put before. */
  async #keysIn(range: KeyRange, earlier: readonly Operation[]): Promise<Uint8Array[]> {
    const doomed: Uint8Array[] = []
    for await (const [key] of this.#level.iterator({ ...levelRange(range), values: false }))
      doomed.push(key)
    for (const operation of earlier) {
      if (operation.kind !== 'put') continue
      const { key } = operation
      if (isAboveLower(range, key) && isBelowUpper(range, key)) doomed.push(key)
    }
    return doomed.sort(compareBytes)
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw closedError('the store')
  }
}
