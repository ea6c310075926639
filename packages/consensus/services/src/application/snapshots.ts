/** State sync as CometBFT asks for it: checkpoints of the state as snapshots, sent and taken in. */

import { equalBytes } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { decode, encode } from '@wadi/cbor/codec'
import { digestOf } from '@wadi/mkvs/checkpoint/chunk'
import { CHECKPOINT_VERSION, checkMetadata, Metadata } from '@wadi/mkvs/checkpoint/metadata'
import {
  finishRestore,
  missingChunks,
  type RestoreState,
  type RestoreStep,
  restoreChunk,
  startRestore,
} from '@wadi/mkvs/checkpoint/restore'
import { ROOT_TYPE_STATE, type Root } from '@wadi/mkvs/roots'
import { HASH_SIZE, hashOfBytes } from '@wadi/primitives/hash'
import { SNAPSHOT_METADATA_BYTES_MAX } from '../limits.ts'

/** The only format: that of the checkpoint. */
const FORMAT: number = CHECKPOINT_VERSION
const FORMAT_BITS = 16

/** A snapshot as nodes tell each other of it. */
export interface Snapshot {
  readonly height: bigint
  readonly format: number
  readonly chunks: number
  /** Of the metadata. */
  readonly hash: Uint8Array
  readonly metadata: Uint8Array
}

/** What becomes of a snapshot that was offered. */
export type OfferResult = 'accept' | 'abort' | 'reject' | 'reject-format'

/** What becomes of a chunk. */
export type ApplyResult =
  | { readonly result: 'accept' | 'abort' }
  | {
      readonly result: 'retry'
      readonly refetchChunks: readonly number[]
      readonly rejectSenders: readonly string[]
    }
  | { readonly result: 'reject-snapshot'; readonly rejectSenders: readonly string[] }

/** A chunk that somebody sent. */
export interface SentChunk {
  readonly index: number
  readonly bytes: Uint8Array
  readonly sender: string
}

/** Where checkpoints lie, and where one that is taken in goes. */
export interface SnapshotStore {
  /** All that are whole. */
  checkpoints(): readonly Metadata[]
  /** A chunk of one of them; undefined if it is not here. */
  readChunk(metadata: Metadata, index: number): Uint8Array | undefined
  /** Where the next node is stored. */
  readonly nextAddress: number
  /** Begins to take in a version; what was begun before is forgotten. */
  beginRestore(version: bigint): void
  /** Stores the nodes of a chunk, and how far the restore has got with them. */
  storeChunk(step: RestoreStep): void
  /** Makes the restored root the state of its version, for good. */
  finishRestore(root: Root, rootAddress: number): void
  /** Forgets what was taken in. */
  abortRestore(): void
}

/** Lists, sends and takes in snapshots. */
export class Snapshots {
  readonly #store: SnapshotStore
  readonly #adopt: () => void
  #restore: RestoreState | undefined

  /** `adopt` is called when the store has got a new state. */
  constructor(store: SnapshotStore, adopt: () => void) {
    this.#store = store
    this.#adopt = adopt
  }

  /** What this node has to offer. */
  list(): readonly Snapshot[] {
    return this.#store.checkpoints().map((checkpoint) => {
      const metadata = encode(Metadata, checkpoint)
      return {
        height: checkpoint.root.version,
        format: checkpoint.version,
        chunks: checkpoint.chunks.length,
        hash: hashOfBytes(metadata),
        metadata,
      }
    })
  }

  /** A chunk for a peer; empty if there is none. */
  loadChunk(height: bigint, format: number, index: number): Uint8Array {
    const none = new Uint8Array(0)
    // COMPAT(oasis-core): only the lowest bits of the format count here.
    if (format % 2 ** FORMAT_BITS !== FORMAT) return none
    const [checkpoint, ...others] = this.#store
      .checkpoints()
      .filter(({ root }) => root.version === height)
    if (checkpoint === undefined || others.length > 0) return none
    if (index >= checkpoint.chunks.length) return none
    return this.#store.readChunk(checkpoint, index) ?? none
  }

  /**
   * Is a snapshot of the state that a light client has found? If so, its chunks are awaited, and
   * those of another one no more.
   */
  offer(snapshot: Snapshot | undefined, appHash: Uint8Array): OfferResult {
    if (snapshot === undefined) return 'reject'
    if (snapshot.format !== FORMAT) return 'reject-format'
    const metadata = metadataOf(snapshot)
    if (metadata === undefined) return 'reject'
    // It is our own node that has asked so.
    if (appHash.length !== HASH_SIZE) return 'abort'
    if (!equalBytes(metadata.root.hash, appHash)) return 'reject'
    this.#store.beginRestore(metadata.root.version)
    this.#restore = startRestore(metadata)
    return 'accept'
  }

  /** Takes a chunk in. After the last one the application goes on from the restored state. */
  applyChunk({ index, bytes, sender }: SentChunk): ApplyResult {
    if (this.#restore === undefined) return this.#abort()
    const { metadata } = this.#restore
    const digest = metadata.chunks[index]
    // COMPAT(oasis-core): a chunk that nobody awaits is one that is there already.
    if (digest === undefined || this.#restore.done.includes(index)) return { result: 'accept' }
    if (!equalBytes(digestOf(bytes), digest))
      // COMPAT(oasis-core): there the sender is not named, and may send wrong ones for ever.
      return { result: 'retry', refetchChunks: [index], rejectSenders: [sender] }
    const { nextAddress: baseAddress } = this.#store
    try {
      const step = restoreChunk(this.#restore, { index, bytes, baseAddress })
      this.#store.storeChunk(step)
      this.#restore = step.state
      if (missingChunks(step.state).length === 0) this.#finish(step.state)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      // The metadata promised this chunk: whoever made them is to blame, and so is the sender.
      this.#abort()
      return { result: 'reject-snapshot', rejectSenders: [sender] }
    }
    return { result: 'accept' }
  }

  #finish(restored: RestoreState): void {
    const { root, rootAddress } = finishRestore(restored)
    this.#restore = undefined
    this.#store.finishRestore(root, rootAddress)
    this.#adopt()
  }

  #abort(): ApplyResult {
    this.#restore = undefined
    this.#store.abortRestore()
    return { result: 'abort' }
  }
}

/** What a snapshot says of itself; undefined if it does not mean what it says. */
function metadataOf({ height, chunks, hash, metadata }: Snapshot): Metadata | undefined {
  if (metadata.length > SNAPSHOT_METADATA_BYTES_MAX) return undefined
  if (!equalBytes(hashOfBytes(metadata), hash)) return undefined
  try {
    const decoded = decode(Metadata, metadata)
    checkMetadata(decoded)
    const { root } = decoded
    // The reference finds out about these when the node begins with the state.
    const isState = root.type === ROOT_TYPE_STATE && root.namespace.every((byte) => byte === 0)
    if (!isState || root.version !== height) return undefined
    return decoded.chunks.length === chunks ? decoded : undefined
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}
