/**
 * What the log says: versions, roots, batches that wait, a restore under way. It changes only by
 * frames, so that the frames of a log, applied in their order, always lead to the same catalogue.
 *
 * `prepare` reads whatever is needed and returns the change as a function that cannot fail: the
 * frame is written between the two, so a disk that fails leaves a whole state, old or new.
 */

import { equalBytes } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { EMPTY_HASH, type Root } from '@wadi/mkvs/roots'
import { NOTES_CACHED_MAX } from '../limits.ts'
import { ByteReader } from './byteWriter.ts'
import { damagedError } from './errors.ts'
import { findDeadOfPrune } from './findDead.ts'
import {
  FRAME_BATCH,
  FRAME_FINALIZE,
  FRAME_PRUNE,
  FRAME_RESTORE_ABORT,
  FRAME_RESTORE_BEGIN,
  FRAME_RESTORE_PIECE,
  type FramePlace,
} from './frame.ts'
import type { NodeLog } from './nodeLog.ts'
import {
  type Batch,
  decodeBatch,
  decodeVersionNote,
  type Extent,
  type VersionNote,
} from './notes.ts'
import { VersionTable } from './versionTable.ts'

/** A restore that was begun and not yet finalized. */
export interface Restore {
  readonly version: bigint
  readonly pieces: FramePlace[]
}

/** See the top of this file. */
export class Catalog {
  readonly #log: NodeLog
  readonly versions = new VersionTable()
  /** Batches whose version is not finalized. */
  pending: readonly Batch[] = []
  restore: Restore | undefined
  #notes = new Map<bigint, VersionNote>()

  constructor(log: NodeLog) {
    this.#log = log
  }

  /** The batches of a version that can be read: finalized, or waiting. */
  batchesOf(version: bigint): readonly Batch[] {
    const note = this.findNote(version)
    return note?.batches ?? this.pending.filter((batch) => batch.version === version)
  }

  /** All derivations of a root; none if it is not here. */
  batchesOfRoot({ version, type, hash }: Omit<Root, 'namespace'>): readonly Batch[] {
    return this.batchesOf(version).filter(
      (batch) => batch.type === type && equalBytes(batch.hash, hash),
    )
  }

  /** The note of a finalized version that is still retained. */
  findNote(version: bigint): VersionNote | undefined {
    const cached = this.#notes.get(version)
    if (cached !== undefined) return cached
    const address = this.versions.noteAddressOf(version)
    if (address === undefined) return undefined
    const size = new ByteReader(this.#log.readExtent({ address, size: 4 })).u32()
    const note = decodeVersionNote(this.#log.readExtent({ address, size }))
    if (note.version !== version) throw damagedError(this.#log.folder, `version ${version}`)
    this.#remember(note)
    return note
  }

  /** What a frame changes, ready to be carried out when the frame is written. */
  prepare(kind: number, note: Uint8Array): (place: FramePlace) => void {
    switch (kind) {
      case FRAME_BATCH:
        return (place) => {
          this.pending = [...this.pending, decodeBatch(note, place)]
        }
      case FRAME_FINALIZE:
        return this.#prepareFinalize(decodeVersionNote(note))
      case FRAME_PRUNE:
        return this.#preparePrune(new ByteReader(note).u64())
      case FRAME_RESTORE_BEGIN: {
        const version = new ByteReader(note).u64()
        return () => {
          this.restore = { version, pieces: [] }
        }
      }
      case FRAME_RESTORE_PIECE:
        return (place) => {
          assert(this.restore !== undefined, 'a piece belongs to a restore')
          this.restore.pieces.push(place)
        }
      case FRAME_RESTORE_ABORT:
        return this.#prepareAbort()
      default:
        throw damagedError(this.#log.folder, `frame of kind ${kind}`)
    }
  }

  /** Was the batch begun from nothing, or from a root that is final and retained? */
  isRooted({ type, previousVersion, previousHash }: Batch): boolean {
    if (equalBytes(previousHash, EMPTY_HASH)) return true
    const parents = this.findNote(previousVersion)?.batches ?? []
    return parents.some((parent) => parent.type === type && equalBytes(parent.hash, previousHash))
  }

  /** The batches of `pending` that go when these become the roots of their version. */
  discardedBy(version: bigint, chosen: readonly Batch[]): readonly Batch[] {
    const kept = new Set(chosen)
    const gone = new Set(this.pending.filter((b) => b.version <= version && !kept.has(b)))
    // Whoever was derived from a root that goes, goes too, and so on.
    for (let before = -1; before !== gone.size; ) {
      before = gone.size
      for (const batch of this.pending) {
        if (batch.version <= version || gone.has(batch)) continue
        // If one copy of its parent goes, it may be the one whose nodes the tree went on from.
        const isLost = this.pending.some((parent) => gone.has(parent) && isParent(parent, batch))
        if (isLost) gone.add(batch)
      }
    }
    return Array.from(gone)
  }

  #prepareFinalize(note: VersionNote): (place: FramePlace) => void {
    const isChosen = (batch: Batch): boolean =>
      note.batches.some((b) => b.place.noteAddress === batch.place.noteAddress)
    const discarded = this.discardedBy(note.version, this.pending.filter(isChosen))
    const dead: Extent[] = discarded.flatMap((batch) => everythingOf(this.#log, batch))
    for (const piece of this.restore?.pieces ?? []) dead.push(noteExtent(piece))
    const gone = new Set(discarded)
    const pending = this.pending.filter((batch) => !gone.has(batch) && !isChosen(batch))
    return (place) => {
      this.pending = pending
      this.restore = undefined
      this.versions.push(note.version, place.noteAddress)
      this.#remember(note)
      this.#bury(dead)
    }
  }

  #preparePrune(version: bigint): (place: FramePlace) => void {
    const { earliest, second } = this.versions
    const note = this.findNote(version)
    const next = second === undefined ? undefined : this.findNote(second)
    if (earliest !== version || note === undefined || next === undefined)
      throw damagedError(this.#log.folder, `pruning of version ${version}`)
    const dead = findDeadOfPrune(this.#log, note, next)
    const address = this.versions.noteAddressOf(version) ?? 0
    const size = new ByteReader(this.#log.readExtent({ address, size: 4 })).u32()
    dead.push({ address, size })
    return () => {
      this.versions.shift()
      this.#notes.delete(version)
      this.#bury(dead)
    }
  }

  #prepareAbort(): (place: FramePlace) => void {
    const dead: Extent[] = []
    for (const piece of this.restore?.pieces ?? []) {
      dead.push(noteExtent(piece))
      for (const record of this.#log.recordsIn(nodesExtent(piece))) dead.push(record)
    }
    const version = this.restore?.version
    const gone = this.pending.filter((batch) => batch.version === version)
    for (const batch of gone) for (const extent of everythingOf(this.#log, batch)) dead.push(extent)
    return () => {
      this.pending = this.pending.filter((batch) => batch.version !== version)
      this.restore = undefined
      this.#bury(dead)
    }
  }

  #bury(dead: readonly Extent[]): void {
    for (const extent of dead) if (extent.size > 0) this.#log.markDead(extent)
  }

  #remember(note: VersionNote): void {
    if (this.#notes.size >= NOTES_CACHED_MAX) this.#notes.clear()
    this.#notes.set(note.version, note)
  }
}

function isParent(parent: Batch, child: Batch): boolean {
  // Whoever began with an empty tree needs nobody.
  return (
    !equalBytes(child.previousHash, EMPTY_HASH) &&
    parent.version === child.previousVersion &&
    parent.type === child.type &&
    equalBytes(parent.hash, child.previousHash)
  )
}

/** Where the note of a frame lies. */
export function noteExtent(place: FramePlace): Extent {
  return { address: place.noteAddress, size: place.noteSize }
}

/** Where the nodes of a frame lie. */
export function nodesExtent(place: FramePlace): Extent {
  return { address: place.nodesAddress, size: place.nodesSize }
}

function everythingOf(log: NodeLog, batch: Batch): Extent[] {
  return [noteExtent(batch.place), ...log.recordsIn(nodesExtent(batch.place))]
}
