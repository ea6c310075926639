/** A state tree in a folder of a node: its versions, and its checkpoints. */

import { EMPTY_BYTES, joinBytes } from '@wadi/base/bytes'
import { errors as consensusErrors } from '@wadi/consensus/consensus/errors'
import type { StateStore } from '@wadi/consensus-services/application'
import type { SnapshotStore } from '@wadi/consensus-services/application/snapshots'
import { Arena } from '@wadi/mkvs/arena'
import type { Metadata } from '@wadi/mkvs/checkpoint/metadata'
import type { RestoreStep } from '@wadi/mkvs/checkpoint/restore'
import { EMPTY_HASH, ROOT_TYPE_STATE, type Root } from '@wadi/mkvs/roots'
import { createTree, openTree, type Tree } from '@wadi/mkvs/tree'
import { CheckpointFiles } from '@wadi/node-storage/checkpoint-files'
import type { FileSystem } from '@wadi/node-storage/file-system'
import {
  type DatabaseSizes,
  NodeDatabase,
  type NodeDurability,
} from '@wadi/node-storage/node-database'

const NAMESPACE = new Uint8Array(32)

/** Where the state is. */
export interface TreeStateOptions {
  readonly folder: string
  readonly files: FileSystem
  /** The chain context; a folder of another chain is refused. */
  readonly chain: string
  readonly durability: NodeDurability
  /** Those of production unless told otherwise. */
  readonly sizes?: DatabaseSizes | undefined
}

/** What of a checkpoint is up to the node. */
export interface CheckpointSizes {
  readonly chunkSize: number
  readonly subtrees: number
}

/** The application's tree, kept version by version. */
export class TreeState implements StateStore, SnapshotStore {
  readonly database: NodeDatabase
  readonly #checkpoints: CheckpointFiles
  #known: readonly Metadata[]
  #tree: Tree

  constructor({ folder, files, chain, durability, sizes }: TreeStateOptions) {
    this.database = NodeDatabase.open({
      path: `${folder}/state`,
      chain,
      namespace: NAMESPACE,
      durability,
      files,
      ...(sizes && { sizes }),
    })
    // Whoever asked for it has forgotten what it was.
    this.database.abortRestore()
    this.#checkpoints = new CheckpointFiles(files, `${folder}/checkpoints`)
    this.#known = this.#checkpoints.list()
    this.#tree = this.#openLast()
  }

  /** The state of the last committed block, and whatever a block has put into it since. */
  get tree(): Tree {
    return this.#tree
  }

  commit(height: bigint): Root {
    const before = this.#tree.root
    const isFirst = before.version === 0n
    const previous = isFirst ? { ...before, version: height } : before
    const baseAddress = this.database.nextAddress
    const commit = this.#tree.commit({ version: height, baseAddress })
    this.database.commit({ commit, previous, baseAddress })
    this.database.finalize([commit.root])
    return commit.root
  }

  /** Goes back to the last committed version, whoever still holds the tree that was there. */
  reset(): void {
    this.#tree = this.#openLast()
  }

  /**
   * A tree of its own on a committed version, until it is disposed of; in memory of its own unless
   * told otherwise.
   */
  openAt(version: bigint, arena: Arena = new Arena()): Tree {
    const { earliestVersion = 1n, latestVersion = 0n } = this.database
    if (version < earliestVersion || version > latestVersion)
      throw consensusErrors.versionNotFound()
    const root = this.database.roots(version).find(({ type }) => type === ROOT_TYPE_STATE)
    // Nothing but an empty tree is not listed.
    const found = root ?? { namespace: NAMESPACE, type: ROOT_TYPE_STATE, version, hash: EMPTY_HASH }
    const rootAddress = this.database.rootAddress(found)
    const reader = this.database
    return openTree(arena, { root: found, rootAddress, reader, writeLog: 'dropped' })
  }

  checkpoints(): readonly Metadata[] {
    return this.#known
  }

  readChunk({ root }: Metadata, index: number): Uint8Array | undefined {
    return this.#checkpoints.readChunk(root, index)
  }

  /** Makes a checkpoint of a version, one chunk a step. */
  *makeCheckpoint(version: bigint, sizes: CheckpointSizes): Generator<void> {
    const tree = this.openAt(version)
    try {
      const metadata = yield* this.#checkpoints.createInSteps({ tree, ...sizes })
      this.#known = [...this.#known, metadata]
    } finally {
      tree.dispose()
    }
  }

  removeCheckpoint(version: bigint): void {
    const [gone, kept] = [true, false].map((isGone) =>
      this.#known.filter(({ root }) => (root.version === version) === isGone),
    )
    this.#known = kept ?? []
    for (const { root } of gone ?? []) this.#checkpoints.remove(root)
  }

  get nextAddress(): number {
    return this.database.nextAddress
  }

  beginRestore(version: bigint): void {
    this.database.abortRestore()
    this.database.beginRestore(version)
  }

  storeChunk({ records }: RestoreStep): void {
    this.database.storePiece(joinBytes(records), EMPTY_BYTES)
  }

  finishRestore(root: Root, rootAddress: number): void {
    const commit = { root, rootAddress, records: EMPTY_BYTES, removed: [], writeLog: undefined }
    const previous = { ...root, hash: EMPTY_HASH }
    this.database.commit({ commit, previous, baseAddress: this.database.nextAddress })
    this.database.finalize([root])
    this.reset()
  }

  abortRestore(): void {
    this.database.abortRestore()
  }

  close(): void {
    this.database.close()
  }

  #openLast(): Tree {
    const { latestVersion } = this.database
    if (latestVersion !== undefined) return this.openAt(latestVersion)
    const options = { namespace: NAMESPACE, type: ROOT_TYPE_STATE, writeLog: 'dropped' } as const
    return createTree(new Arena(), { ...options, reader: this.database })
  }
}
