/** An application that is nothing but its snapshots: made at one node, restored at another. */

import { concatBytes, equalBytes } from '@wadi/base/bytes'
import type {
  Application,
  ApplicationInfo,
  ApplyChunkResponse,
  OfferSnapshotResult,
  Snapshot,
} from '@wadi/contracts/application'
import { sha256 } from '@wadi/crypto/hash/sha256'

const CHUNK_SIZE = 100
const NONE = new Uint8Array(0)

/** The chunk of a snapshot. */
export function chunkOf(height: bigint, index: number): Uint8Array {
  return new Uint8Array(CHUNK_SIZE).fill(Number(height % 251n) + index)
}

/** A snapshot; its metadata are the hashes of its chunks. */
export function snapshotOf(height: bigint, chunks: number, format = 1): Snapshot {
  const hashes = Array.from({ length: chunks }, (_, i) => sha256(chunkOf(height, i)))
  const metadata = concatBytes(...hashes)
  return { height, format, chunks, hash: sha256(metadata), metadata }
}

/** Which parts of the contract it has. */
export type SnapshotApplicationFace = Pick<
  Application,
  'info' | 'listSnapshots' | 'loadSnapshotChunk' | 'offerSnapshot' | 'applySnapshotChunk'
>

/** What the application has to say beyond what is so. */
export interface SnapshotApplicationOptions {
  readonly snapshots?: readonly Snapshot[]
  readonly appVersion?: bigint
  /** Of a height: what it has after its block. */
  readonly appHashAt: (height: bigint) => Uint8Array
  /** What it has already. */
  readonly height?: bigint
  readonly onOffer?: (snapshot: Snapshot) => OfferSnapshotResult
  readonly onChunk?: (index: number, sender: string) => ApplyChunkResponse | undefined
}

/** See the top of this file. */
export class SnapshotApplication implements SnapshotApplicationFace {
  readonly offered: Snapshot[] = []
  readonly applied: number[] = []
  readonly #options: SnapshotApplicationOptions
  #restoring: Snapshot | undefined
  #height = 0n

  constructor(options: SnapshotApplicationOptions) {
    this.#options = options
    this.#height = options.height ?? 0n
  }

  info(): ApplicationInfo {
    const { appHashAt, appVersion = 1n } = this.#options
    const appHash = this.#height === 0n ? NONE : appHashAt(this.#height)
    return { height: this.#height, appHash, appVersion, version: '' }
  }

  listSnapshots(): readonly Snapshot[] {
    return this.#options.snapshots ?? []
  }

  loadSnapshotChunk(height: bigint, format: number, chunk: number): Uint8Array {
    const snapshot = this.listSnapshots().find((one) => one.height === height)
    return snapshot?.format === format && chunk < snapshot.chunks ? chunkOf(height, chunk) : NONE
  }

  offerSnapshot(snapshot: Snapshot): OfferSnapshotResult {
    this.offered.push(snapshot)
    const result = this.#options.onOffer?.(snapshot) ?? 'accept'
    const isWhole = equalBytes(sha256(snapshot.metadata), snapshot.hash)
    if (result === 'accept' && !isWhole) return 'reject-sender'
    this.#restoring = snapshot
    return result
  }

  applySnapshotChunk(index: number, chunk: Uint8Array, sender: string): ApplyChunkResponse {
    const special = this.#options.onChunk?.(index, sender)
    if (special !== undefined) return special
    const { metadata, height, chunks } = this.#restoring!
    const expected = metadata.subarray(index * 32, index * 32 + 32)
    if (!equalBytes(sha256(chunk), expected))
      return { result: 'retry', refetchChunks: [index], rejectSenders: [sender] }
    this.applied.push(index)
    if (index === chunks - 1) this.#height = height
    return { result: 'accept', refetchChunks: [], rejectSenders: [] }
  }
}
