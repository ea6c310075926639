/** A state in memory that a test makes checkpoints of, and restores from those of another one. */

import { concatBytes, EMPTY_BYTES } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { Arena } from '@wadi/mkvs/arena'
import { digestOf, encodeChunk } from '@wadi/mkvs/checkpoint/chunk'
import { CHECKPOINT_VERSION, type Metadata } from '@wadi/mkvs/checkpoint/metadata'
import { type ChunkTask, produceChunk, WHOLE_TREE } from '@wadi/mkvs/checkpoint/produce'
import type { RestoreStep } from '@wadi/mkvs/checkpoint/restore'
import { RECORD_HEAD_BYTES, recordSize } from '@wadi/mkvs/nodeRecord'
import { ROOT_TYPE_STATE, type Root } from '@wadi/mkvs/roots'
import { createTree, openTree, type Tree } from '@wadi/mkvs/tree'
import type { StateStore } from '../application/application.ts'
import type { SnapshotStore } from '../application/snapshots.ts'

/** Addresses begin with one. */
const FIRST_ADDRESS = 1

/** A state, its checkpoints, and one that is being restored. */
export class MemorySnapshots implements StateStore, SnapshotStore {
  tree: Tree
  /** The version that is being restored. */
  restoring: bigint | undefined
  readonly #made = new Map<Metadata, readonly Uint8Array[]>()
  #log: Uint8Array = new Uint8Array(FIRST_ADDRESS)
  #rootAddress = 0

  constructor() {
    const root = { namespace: new Uint8Array(32), type: ROOT_TYPE_STATE } as const
    this.tree = createTree(new Arena(), root)
  }

  commit(version: bigint): Root {
    const { root, records, rootAddress } = this.tree.commit({
      version,
      baseAddress: this.nextAddress,
    })
    this.#append(records)
    this.#rootAddress = rootAddress
    return root
  }

  /** The last version as another process finds it: nothing is left that was only in memory. */
  reopened(): MemorySnapshots {
    const other = new MemorySnapshots()
    other.#log = this.#log
    other.#open(this.tree.root, this.#rootAddress)
    return other
  }

  /** Makes a checkpoint of the last version. */
  makeCheckpoint(chunkBytesMin: number): Metadata {
    const chunks: Uint8Array[] = []
    for (let rest: ChunkTask | undefined = WHOLE_TREE; rest !== undefined; ) {
      const { entries, next } = produceChunk(this.tree, rest, chunkBytesMin)
      chunks.push(encodeChunk(entries))
      rest = next
    }
    const digests = chunks.map(digestOf)
    const metadata = { version: CHECKPOINT_VERSION, root: this.tree.root, chunks: digests }
    this.#made.set(metadata, chunks)
    return metadata
  }

  checkpoints(): readonly Metadata[] {
    return [...this.#made.keys()]
  }

  readChunk(metadata: Metadata, index: number): Uint8Array | undefined {
    return this.#made.get(metadata)?.[index]
  }

  get nextAddress(): number {
    return this.#log.length
  }

  beginRestore(version: bigint): void {
    this.restoring = version
  }

  storeChunk({ records }: RestoreStep): void {
    assert(this.restoring !== undefined, 'nothing is being restored')
    this.#append(concatBytes(EMPTY_BYTES, ...records))
  }

  finishRestore(root: Root, rootAddress: number): void {
    assert(this.restoring === root.version, 'another version is being restored')
    this.restoring = undefined
    this.#open(root, rootAddress)
  }

  #open(root: Root, rootAddress: number): void {
    this.#rootAddress = rootAddress
    const read = (address: number): Uint8Array => {
      const rest = this.#log.subarray(address)
      return rest.subarray(0, recordSize(rest.subarray(0, RECORD_HEAD_BYTES)))
    }
    this.tree = openTree(new Arena(), { root, rootAddress, reader: { read } })
  }

  abortRestore(): void {
    this.restoring = undefined
  }

  #append(records: Uint8Array): void {
    this.#log = concatBytes(this.#log, records)
  }
}
