/** The key-value store in memory: for tests, simulations and pages. It is as durable as memory. */

import type { Entry, Operation, RangeQuery, Snapshot, Store, WriteOptions } from '../contract.ts'
import { closedError, tooManySnapshotsError } from '../errors.ts'
import { SNAPSHOTS_MAX } from '../limits.ts'
import { checkKey, checkOperations } from '../operations.ts'
import { checkQuery, isAboveLower, isBelowUpper } from '../range.ts'
import { ascend, descend, type FrozenTree, getFrom, SortedTree } from './sortedTree.ts'

function* entriesOf(root: FrozenTree, query: RangeQuery): Generator<Entry> {
  let left = query.limit ?? Number.MAX_SAFE_INTEGER
  const isReverse = query.order === 'reverse'
  const entries = isReverse ? descend(root, query) : ascend(root, query)
  const isInside = isReverse ? isAboveLower : isBelowUpper
  for (const entry of entries) {
    if (left-- <= 0 || !isInside(query, entry.key)) return
    yield entry
  }
}

/** A store that forgets everything when the process ends. */
export class MemoryStore implements Store {
  readonly #tree = new SortedTree()
  readonly #snapshots = new Set<MemorySnapshot>()
  #isClosed = false

  get(key: Uint8Array): Uint8Array | undefined {
    this.#checkOpen()
    checkKey(key)
    return getFrom(this.#tree.peek(), key)
  }

  range(query: RangeQuery = {}): Iterable<Entry> {
    this.#checkOpen()
    checkQuery(query)
    return entriesOf(this.#tree.freeze(), query)
  }

  write(operations: readonly Operation[], _options?: WriteOptions): void {
    this.#checkOpen()
    // Everything that can be refused is refused before the first step takes effect.
    checkOperations(operations)
    for (const operation of operations) this.#apply(operation)
  }

  snapshot(): Snapshot {
    this.#checkOpen()
    if (this.#snapshots.size >= SNAPSHOTS_MAX) throw tooManySnapshotsError(SNAPSHOTS_MAX)
    const snapshot = new MemorySnapshot(this.#tree.freeze(), this.#snapshots)
    this.#snapshots.add(snapshot)
    return snapshot
  }

  close(): void {
    this.#isClosed = true
    for (const snapshot of this.#snapshots) snapshot.close()
  }

  #apply(operation: Operation): void {
    switch (operation.kind) {
      case 'put':
        // Copied, because the caller may use its buffers again.
        this.#tree.put({ key: operation.key.slice(), value: operation.value.slice() })
        return
      case 'delete':
        this.#tree.delete(operation.key)
        return
      case 'delete-range': {
        const doomed = Array.from(entriesOf(this.#tree.peek(), operation.range))
        for (const { key } of doomed) this.#tree.delete(key)
      }
    }
  }

  #checkOpen(): void {
    if (this.#isClosed) throw closedError('the store')
  }
}

class MemorySnapshot implements Snapshot {
  readonly #openSnapshots: Set<MemorySnapshot>
  #root: FrozenTree | undefined

  constructor(root: FrozenTree, openSnapshots: Set<MemorySnapshot>) {
    this.#root = root
    this.#openSnapshots = openSnapshots
  }

  get(key: Uint8Array): Uint8Array | undefined {
    checkKey(key)
    return getFrom(this.#opened(), key)
  }

  range(query: RangeQuery = {}): Iterable<Entry> {
    checkQuery(query)
    return entriesOf(this.#opened(), query)
  }

  close(): void {
    this.#root = undefined
    this.#openSnapshots.delete(this)
  }

  #opened(): FrozenTree {
    if (this.#root === undefined) throw closedError('the snapshot')
    return this.#root
  }
}
