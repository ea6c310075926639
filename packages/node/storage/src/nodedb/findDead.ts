/**
 * Which records nothing needs any more when the earliest version goes. Nothing that is live may
 * be named here; a record too few only costs space.
 */

import { equalBytes } from '@wadi/base/bytes'
import { AddressSet } from './addressSet.ts'
import type { NodeLog } from './nodeLog.ts'
import { type Batch, decodeRemoved, type Extent, type VersionNote } from './notes.ts'
import { reachable, walkRecords } from './reachability.ts'

/** What dies with the version of `note`, whose successor is `next`; without the note itself. */
export function findDeadOfPrune(log: NodeLog, note: VersionNote, next: VersionNote): Extent[] {
  const dead: Extent[] = note.batches.map(({ place }) => ({
    address: place.noteAddress,
    size: place.noteSize,
  }))
  for (const copies of groupByRoot(note.batches)) {
    const root = copies[0]!
    const successors = next.batches.filter((batch) => batch.type === root.type)
    const heirs = successors.filter(
      (batch) =>
        batch.previousVersion === note.version && equalBytes(batch.previousHash, root.hash),
    )
    // A version may have removed more than a call has room for arguments.
    for (const extent of deadOfRoot(log, { note, copies, heirs, successors })) dead.push(extent)
  }
  return dead
}

/** Batches of one root of a type, and what was made of it. */
interface Family {
  readonly note: VersionNote
  readonly copies: readonly Batch[]
  readonly heirs: readonly Batch[]
  readonly successors: readonly Batch[]
}

function deadOfRoot(log: NodeLog, family: Family): readonly Extent[] {
  const { copies, heirs, successors } = family
  if (heirs.length === 0) return deadOfChildless(log, copies)
  if (heirs.length === 1 && successors.length === 1 && copies.length === 1)
    return sized(log, removedBy(log, heirs[0]!))
  return deadOfCopies(log, family)
}

function groupByRoot(batches: readonly Batch[]): Batch[][] {
  const groups: Batch[][] = []
  for (const batch of batches) {
    // A version has one root of a type; several batches of it are derivations of the same root.
    const group = groups.find((copies) => copies[0]!.type === batch.type)
    if (group === undefined) groups.push([batch])
    else group.push(batch)
  }
  return groups
}

function removedBy(log: NodeLog, batch: Batch): number[] {
  const { noteAddress, noteSize } = batch.place
  return decodeRemoved(log.readExtent({ address: noteAddress, size: noteSize }))
}

/** In ascending order the pages of the log are read once each. */
function sized(log: NodeLog, addresses: readonly number[]): Extent[] {
  const sorted = Float64Array.from(addresses).sort()
  return Array.from(sorted, (address) => ({ address, size: log.readRecord(address).length }))
}

/** Nothing was derived from the root: all of it goes. */
function deadOfChildless(log: NodeLog, copies: readonly Batch[]): Extent[] {
  const seen = new AddressSet()
  return copies.flatMap(({ rootAddress }) => Array.from(walkRecords(log, rootAddress, seen)))
}

/**
 * The same root was committed more than once, and trees went on from either copy. The nodes made
 * in its version go unless the next root still has them. Of the older ones those go that every
 * derivation removed: if derivations differ, some stay behind, and nothing is lost.
 */
function deadOfCopies(log: NodeLog, { note, copies, heirs, successors }: Family): Extent[] {
  const lowest = note.firstAddress
  const roots = successors.map(({ rootAddress }) => rootAddress)
  const live = reachable(log, roots, lowest)
  const dead: Extent[] = []
  for (const { place } of copies) {
    const made = { address: place.nodesAddress, size: place.nodesSize }
    for (const record of log.recordsIn(made)) if (!live.has(record.address)) dead.push(record)
  }
  const lists = heirs.map((heir) => new Set(removedBy(log, heir)))
  const older = Array.from(lists[0]!).filter(
    (address) => address < lowest && lists.every((list) => list.has(address)),
  )
  return [...dead, ...sized(log, older)]
}
