/**
 * The database of a Merklized tree: many versions, several candidate roots in each until one of a
 * type is finalized, pruning from the earliest on. See the README for how it lies on the disk.
 */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { assert, BugError } from '@wadi/base/errors'
import type { Commit } from '@wadi/mkvs/commit'
import type { NodeReader } from '@wadi/mkvs/nodeReader'
import { EMPTY_HASH, follows, ROOT_TYPE_IO, type Root, type WriteLog } from '@wadi/mkvs/roots'
import type { FileSystem } from '../files/fileSystem.ts'
import { nodeFiles } from '../files/nodeFiles.ts'
import { openStoreFolder, type StoreFolder } from '../files/storeFolder.ts'
import { PENDING_BATCHES_MAX, RESTORE_NOTE_SIZE_MAX, RESTORE_PIECES_MAX } from '../limits.ts'
import { ByteWriter } from './byteWriter.ts'
import type { Catalog } from './catalog.ts'
import { chooseRun, rewriteRun } from './compaction.ts'
import { errors, plainErrors } from './errors.ts'
import {
  FRAME_BATCH,
  FRAME_FINALIZE,
  FRAME_PRUNE,
  FRAME_RESTORE_ABORT,
  FRAME_RESTORE_BEGIN,
  FRAME_RESTORE_PIECE,
  type FramePlace,
} from './frame.ts'
import { indexOf, isIndexDue, saveIndex } from './indexFile.ts'
import type { LogSizes, NodeLog } from './nodeLog.ts'
import {
  type Batch,
  decodeWriteLog,
  encodeBatchNote,
  encodeVersionNote,
  type VersionNote,
} from './notes.ts'
import { recover } from './recovery.ts'
import { deadListPath } from './segment.ts'

const FORMAT = 1
const KIND = 'node database'
const NO_BYTES = new Uint8Array(0)

/**
 * What a power cut may take (a killed process loses nothing). `sync`: nothing acknowledged.
 * `finalized`: candidates, which executing their block brings back; one wait a block instead of
 * two. `buffered`: the last frames.
 */
export type NodeDurability = 'sync' | 'finalized' | 'buffered'

/** Sizes that tests make small. */
export interface DatabaseSizes extends LogSizes {
  readonly indexInterval?: number
}

/** Which database, and whose nodes it holds. */
export interface NodeDatabaseOptions {
  readonly path: string
  /** The chain context; a database of another chain is refused. */
  readonly chain: string
  /** The runtime; all zero for the consensus layer. */
  readonly namespace: Uint8Array
  /** `sync` unless told otherwise: each call returns when its change is durable. */
  readonly durability?: NodeDurability
  readonly files?: FileSystem
  readonly sizes?: DatabaseSizes
}

/** A committed tree, and the root it was derived from. */
export interface BatchToStore {
  readonly commit: Commit
  readonly previous: Root
  /** What the commit was given as its base address. */
  readonly baseAddress: number
}

/** Nodes of a restore under way, with a note for whoever resumes it. */
export interface RestorePiece {
  /** Address of the first node. */
  readonly address: number
  readonly nodesSize: number
  readonly note: Uint8Array
}

/** See the top of this file. Open it with `NodeDatabase.open`; one process at a time. */
export class NodeDatabase implements NodeReader {
  readonly #folder: StoreFolder
  readonly #namespace: Uint8Array
  readonly #durability: NodeDurability
  readonly #log: NodeLog
  readonly #catalog: Catalog
  #generation: number
  #indexedEnd: number
  readonly #indexInterval: number | undefined
  #isClosed = false

  private constructor(folder: StoreFolder, options: NodeDatabaseOptions) {
    this.#folder = folder
    this.#namespace = options.namespace
    this.#durability = options.durability ?? 'sync'
    this.#indexInterval = options.sizes?.indexInterval
    const recovered = recover(folder.files, folder.path, options.sizes ?? {})
    this.#log = recovered.log
    this.#catalog = recovered.catalog
    this.#generation = recovered.generation
    this.#indexedEnd = recovered.indexedEnd
  }

  /** Opens the database in a folder, and makes it if there is none. */
  static open(options: NodeDatabaseOptions): NodeDatabase {
    const chain = `${options.chain} ${toHex(options.namespace)}`
    const identity = { kind: KIND, format: FORMAT, chain }
    const folder = openStoreFolder(options.files ?? nodeFiles, options.path, identity)
    try {
      return new NodeDatabase(folder, options)
    } catch (error) {
      folder.release()
      throw error
    }
  }

  /** The address to give to the next commit of a tree. It changes with every call that writes. */
  get nextAddress(): number {
    return this.#log.nextAddress
  }

  /** The record at an address; valid until the next read. */
  read(address: number): Uint8Array {
    this.#checkOpen()
    return this.#log.readRecord(address)
  }

  get latestVersion(): bigint | undefined {
    return this.#catalog.versions.latest
  }

  get earliestVersion(): bigint | undefined {
    return this.#catalog.versions.earliest
  }

  /** Bytes on disk, without indexes; `liveSize` of them are needed. */
  get size(): { readonly size: number; readonly liveSize: number } {
    let size = 0
    let liveSize = 0
    for (const segment of this.#log.segments) {
      size += segment.size
      liveSize += segment.liveSize
    }
    return { size, liveSize }
  }

  /** The non-empty roots of a version, finalized or not. */
  roots(version: bigint): Root[] {
    const roots: Root[] = []
    for (const { type, hash } of this.#catalog.batchesOf(version)) {
      const isKnown = roots.some((root) => root.type === type && equalBytes(root.hash, hash))
      if (isKnown || equalBytes(hash, EMPTY_HASH)) continue
      roots.push({ namespace: this.#namespace, version, type, hash })
    }
    return roots
  }

  /** An empty root is always there. */
  hasRoot(root: Root): boolean {
    if (!equalBytes(root.namespace, this.#namespace)) return false
    return equalBytes(root.hash, EMPTY_HASH) || this.#catalog.batchesOfRoot(root).length > 0
  }

  /** Where the root node is stored; 0 for an empty tree. */
  rootAddress(root: Root): number {
    this.#checkNamespace(root)
    if (equalBytes(root.hash, EMPTY_HASH)) return 0
    const batch = this.#catalog.batchesOfRoot(root)[0]
    if (batch === undefined) throw errors.rootNotFound(`version ${root.version}`)
    return batch.rootAddress
  }

  /** What changed from one root to the one that was derived from it. */
  writeLog(start: Root, end: Root): WriteLog {
    if (!follows(end, start)) throw errors.rootMustFollowOld()
    this.#checkNamespace(start)
    const { earliest } = this.#catalog.versions
    if (earliest !== undefined && end.version < earliest) throw errors.writeLogNotFound('pruned')
    const batches = this.#catalog.batchesOfRoot(end)
    if (batches.length === 0) throw errors.rootNotFound(`version ${end.version}`)
    const batch = batches.find(({ previousHash }) => equalBytes(previousHash, start.hash))
    if (batch === undefined) throw errors.writeLogNotFound('not derived from that root')
    const { noteAddress, noteSize } = batch.place
    const writeLog = decodeWriteLog(this.#log.readExtent({ address: noteAddress, size: noteSize }))
    if (writeLog === undefined) throw errors.writeLogNotFound('not kept')
    return writeLog
  }

  /** Stores a committed tree as a candidate for its version. */
  commit({ commit, previous, baseAddress }: BatchToStore): void {
    const { root, records, rootAddress, removed, writeLog } = commit
    if (baseAddress !== this.nextAddress)
      throw new BugError('nodedb: something was written between the commit and its storing')
    this.#checkDerivation(root, previous)
    const note = encodeBatchNote({ root, previous, rootAddress, removed, writeLog })
    this.#write(FRAME_BATCH, note, records)
  }

  /** Makes these the roots of their version for good; other candidates of it are discarded. */
  finalize(roots: readonly Root[]): void {
    const note = this.#describeVersion(roots)
    this.#write(FRAME_FINALIZE, encodeVersionNote(note))
  }

  /** Drops the earliest version. */
  prune(version: bigint): void {
    const { restore, versions } = this.#catalog
    if (restore !== undefined) throw errors.multipartInProgress()
    if (versions.latest === undefined || versions.latest < version) throw errors.notFinalized()
    if (versions.earliest !== version) throw errors.notEarliest()
    if (versions.latest === version) throw errors.pruneLatest()
    this.#write(FRAME_PRUNE, versionNote(version))
  }

  /** Begins to restore a version from a checkpoint, or goes on with it. */
  beginRestore(version: bigint): void {
    const { restore, versions } = this.#catalog
    if (version === 0n) throw errors.badMultipartVersion()
    if (restore?.version === version) return
    if (restore !== undefined) throw errors.multipartInProgress()
    if (versions.latest !== undefined && version <= versions.latest) throw errors.alreadyFinalized()
    this.#write(FRAME_RESTORE_BEGIN, versionNote(version))
  }

  /** The version that is being restored. */
  get restoringVersion(): bigint | undefined {
    return this.#catalog.restore?.version
  }

  /** Stores records of a restore; the first one gets the address that was the next one. */
  storePiece(nodes: Uint8Array, note: Uint8Array): void {
    const { restore } = this.#catalog
    if (restore === undefined) throw errors.badMultipartVersion('no restore is under way')
    if (restore.pieces.length >= RESTORE_PIECES_MAX) throw plainErrors.tooManyPieces()
    if (note.length > RESTORE_NOTE_SIZE_MAX) throw plainErrors.noteTooLong(`${note.length} bytes`)
    this.#write(FRAME_RESTORE_PIECE, note, nodes)
  }

  /** What a restore has stored so far, for whoever resumes it. */
  *restoredPieces(): Generator<RestorePiece> {
    for (const place of this.#catalog.restore?.pieces ?? []) {
      const note = this.#log.readExtent({ address: place.noteAddress, size: place.noteSize })
      yield { address: place.nodesAddress, nodesSize: place.nodesSize, note }
    }
  }

  /** Gives a restore up; everything it stored is discarded. */
  abortRestore(): void {
    if (this.#catalog.restore !== undefined) this.#write(FRAME_RESTORE_ABORT, NO_BYTES)
  }

  /** Returns when everything that was acknowledged survives a power cut. */
  sync(): void {
    this.#checkOpen()
    this.#log.sync()
  }

  /**
   * Rewrites one run of segments without what is dead in them. Answers whether there was one, so
   * that the shell goes on when it has time.
   */
  compact(): boolean {
    this.#checkOpen()
    this.#log.checkWritable()
    const run = chooseRun(this.#log.segments)
    if (run.length === 0) return false
    this.#saveIndex()
    const rewritten = rewriteRun(this.#log, run, this.#generation)
    const old = new Set(run)
    const segments = this.#log.segments.filter((segment) => !old.has(segment))
    if (rewritten !== undefined) segments.push(rewritten)
    segments.sort((a, b) => a.start - b.start)
    this.#log.setSegments(segments)
    this.#saveIndex()
    for (const { source, path } of run) {
      source.file.close()
      this.#folder.files.remove(path)
      this.#folder.files.remove(deadListPath(path))
    }
    return true
  }

  /** Ends the database. What was written stays, synced. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    try {
      if (this.#log.failure === undefined) this.#saveIndex()
    } finally {
      this.#log.close()
      this.#folder.release()
    }
  }

  #write(kind: number, note: Uint8Array, nodes: Uint8Array = NO_BYTES): void {
    this.#checkOpen()
    this.#log.checkWritable()
    // Before the frame: what is acknowledged must not fail afterwards.
    const { end, freshDeadCount } = this.#log
    const size = end - this.#indexedEnd
    const versionCount = this.#catalog.versions.count
    const behind = { size, freshDeadCount, versionCount }
    if (isIndexDue(behind, this.#indexInterval)) this.#saveIndex()
    const change = this.#catalog.prepare(kind, note)
    const place: FramePlace = this.#log.append({ kind, nodes, note })
    change(place)
    const waits =
      this.#durability === 'finalized' ? kind !== FRAME_BATCH : this.#durability === 'sync'
    if (waits) this.#log.sync()
  }

  #saveIndex(): void {
    this.#log.sync()
    this.#log.guardWrites(() => {
      const { files, path } = this.#folder
      this.#log.listDead()
      const entries = this.#log.segments.map(({ entry }) => entry)
      const at = { end: this.#log.end, generation: this.#generation + 1 }
      saveIndex(files, path, indexOf(this.#catalog, at, entries))
      this.#generation++
      this.#indexedEnd = at.end
    })
  }

  #checkOpen(): void {
    assert(!this.#isClosed, 'nodedb: the database is closed')
  }

  #checkNamespace(root: Root): void {
    if (!equalBytes(root.namespace, this.#namespace)) throw errors.badNamespace()
  }

  /** COMPAT(pathbadger): the checks of a new batch, in its order. */
  #checkDerivation(root: Root, previous: Root): void {
    const { restore, versions, pending } = this.#catalog
    const isNext = root.version === previous.version || root.version === previous.version + 1n
    if (!isNext) throw errors.rootMustFollowOld()
    this.#checkNamespace(previous)
    if (!equalBytes(previous.hash, EMPTY_HASH)) {
      if (previous.type === ROOT_TYPE_IO) throw plainErrors.noChildRoots()
      if (previous.version === root.version) throw plainErrors.sameVersionChild()
      if (!this.hasRoot(previous)) throw errors.rootNotFound(`version ${previous.version}`)
    }
    if (restore !== undefined && restore.version !== root.version)
      throw errors.badMultipartVersion()
    this.#checkNamespace(root)
    if (!follows(root, previous)) throw errors.rootMustFollowOld()
    if (versions.latest !== undefined && versions.latest >= root.version)
      throw errors.alreadyFinalized()
    if (pending.length >= PENDING_BATCHES_MAX) throw plainErrors.tooManyPending()
  }

  /** COMPAT(pathbadger): the checks of a finalization, in its order. */
  #describeVersion(roots: readonly Root[]): VersionNote {
    const version = roots[0]?.version
    if (version === undefined) throw plainErrors.noRoots()
    const { restore, versions } = this.#catalog
    if (restore !== undefined && restore.version !== version) throw errors.badMultipartVersion()
    if (versions.latest !== undefined) {
      if (version <= versions.latest) throw errors.alreadyFinalized()
      if (restore === undefined && versions.latest + 1n !== version) throw errors.notFinalized()
    }
    const types = new Set<number>()
    for (const root of roots) {
      if (root.version !== version) throw plainErrors.mixedVersions()
      if (types.has(root.type)) throw plainErrors.twoRootsOfType()
      types.add(root.type)
    }
    const batches: Batch[] = []
    for (const root of roots) {
      if (!this.hasRoot(root)) throw errors.rootNotFound(`version ${version}`)
      const copies = this.#catalog.batchesOfRoot(root)
      const rooted = copies.filter((batch) => this.#catalog.isRooted(batch))
      // A first finalization may skip versions; what was derived from a skipped one cannot stay.
      if (rooted.length < copies.length)
        throw errors.notFinalized('the version it was derived from')
      batches.push(...rooted)
    }
    const pieces = (restore?.pieces ?? []).map((place) => ({
      address: place.nodesAddress,
      size: place.nodesSize,
    }))
    const starts = [
      ...batches.map(({ place }) => place.nodesAddress),
      ...pieces.map((p) => p.address),
    ]
    const firstAddress = Math.min(this.nextAddress, ...starts)
    return { version, firstAddress, batches, pieces }
  }
}

function versionNote(version: bigint): Uint8Array {
  const writer = new ByteWriter(8)
  writer.u64(version)
  return writer.finish()
}
