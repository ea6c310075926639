/**
 * Checkpoints on disk, laid out as the reference does:
 *
 *   <folder>/<version>/<root hash>/meta         what it is, written last: with it, it is whole
 *   <folder>/<version>/<root hash>/chunks/<i>
 */

import { setImmediate } from 'node:timers/promises'
import { toHex } from '@wadi/base/bytes'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { decode, encode } from '@wadi/cbor/codec'
import { digestOf, encodeChunk } from '@wadi/mkvs/checkpoint/chunk'
import { CHECKPOINT_VERSION, checkMetadata, Metadata } from '@wadi/mkvs/checkpoint/metadata'
import { type ChunkTask, produceChunk, splitTree, WHOLE_TREE } from '@wadi/mkvs/checkpoint/produce'
import { CHUNK_BYTES_MAX } from '@wadi/mkvs/limits'
import type { Tree } from '@wadi/mkvs/tree'
import { type FileSystem, readWhole, replaceFile } from '../files/fileSystem.ts'
import { CHECKPOINT_META_SIZE_MAX } from '../limits.ts'
import { damagedError } from '../nodedb/errors.ts'

const META = 'meta'

/** Which checkpoint is meant. */
export interface CheckpointName {
  readonly version: bigint
  readonly hash: Uint8Array
}

/** What is to be made of a tree. */
export interface CheckpointPlan {
  /** A tree of its own on a finalized root: nobody else changes it in the meantime. */
  readonly tree: Tree
  /** A chunk ends where its size estimate has reached this. */
  readonly chunkSize: number
  /** Into so many parts the tree is cut first; 1 is the sequential algorithm. */
  readonly subtrees: number
}

/** The checkpoints in a folder. */
export class CheckpointFiles {
  readonly #files: FileSystem
  readonly #folder: string

  constructor(files: FileSystem, folder: string) {
    this.#files = files
    this.#folder = folder
  }

  /** Writes a checkpoint, one chunk at a time, and lets others work in between. */
  async create(plan: CheckpointPlan): Promise<Metadata> {
    const steps = this.createInSteps(plan)
    for (;;) {
      const { done, value } = steps.next()
      if (done === true) return value
      await setImmediate()
    }
  }

  /** Writes a checkpoint, one chunk a step, for who has nothing that waits. */
  *createInSteps({ tree, chunkSize, subtrees }: CheckpointPlan): Generator<void, Metadata> {
    const { root } = tree
    const path = this.#pathOf(root)
    // Refuses a tree with uncommitted changes before the checkpoint that is there goes.
    tree.withNodes(() => undefined)
    this.remove(root)
    this.#files.makeFolder(`${path}/chunks`)
    const digests: Uint8Array[] = []
    const tasks = subtrees <= 1 ? [WHOLE_TREE] : splitTree(tree, subtrees)
    for (const task of tasks) {
      for (let rest: ChunkTask | undefined = task; rest !== undefined; ) {
        const { entries, next } = produceChunk(tree, rest, chunkSize)
        const chunk = encodeChunk(entries)
        replaceFile(this.#files, `${path}/chunks`, String(digests.length), [chunk])
        digests.push(digestOf(chunk))
        rest = next
        yield
      }
    }
    const metadata: Metadata = { version: CHECKPOINT_VERSION, root, chunks: digests }
    replaceFile(this.#files, path, META, [encode(Metadata, metadata)])
    return metadata
  }

  /** All whole checkpoints, in no particular order. */
  list(): Metadata[] {
    const found: Metadata[] = []
    for (const version of this.#files.list(this.#folder)) {
      for (const hash of this.#files.list(`${this.#folder}/${version}`)) {
        const path = `${this.#folder}/${version}/${hash}/${META}`
        if (this.#files.exists(path)) found.push(readMetadata(this.#files, path))
      }
    }
    return found
  }

  /** One chunk of a checkpoint, as it would go to a peer; undefined if it is not here. */
  readChunk(name: CheckpointName, index: number): Uint8Array | undefined {
    const path = `${this.#pathOf(name)}/chunks/${index}`
    return this.#files.exists(path) ? readBounded(this.#files, path, CHUNK_BYTES_MAX) : undefined
  }

  /** Removes a checkpoint; first what makes it whole, so that no half one is ever listed. */
  remove(name: CheckpointName): void {
    const path = this.#pathOf(name)
    this.#files.remove(`${path}/${META}`)
    this.#files.removeFolder(path)
  }

  #pathOf({ version, hash }: CheckpointName): string {
    return `${this.#folder}/${version}/${toHex(hash)}`
  }
}

function readMetadata(files: FileSystem, path: string): Metadata {
  const bytes = readBounded(files, path, CHECKPOINT_META_SIZE_MAX)
  try {
    const metadata = decode(Metadata, bytes)
    checkMetadata(metadata)
    return metadata
  } catch (error) {
    throw error instanceof CodedError ? damagedError(path, error.message) : error
  }
}

function readBounded(files: FileSystem, path: string, sizeMax: number): Uint8Array {
  const file = files.openRead(path)
  const size = file.size()
  file.close()
  if (size > sizeMax) throw damagedError(path, `${size} bytes`)
  return readWhole(files, path)
}

/** Says that a chunk of a checkpoint is not where it should be. */
export function noChunkError(index: number): UnavailableError {
  return new UnavailableError(
    'storage.noChunk',
    `storage: chunk ${index} of a checkpoint is missing`,
  )
}
