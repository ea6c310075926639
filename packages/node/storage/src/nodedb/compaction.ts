/**
 * Giving space back: segments of which little is live are written again without the dead. A crash
 * at any moment loses nothing, because the index says which files count: the new file is whole and
 * synced before the index names it, and the old ones go after that.
 */

import { recordSize } from '@wadi/mkvs/nodeRecord'
import { COMPACTION_LIVE_PERCENT, SEGMENT_SIZE, SEGMENT_SPAN_MAX } from '../limits.ts'
import { damagedError } from './errors.ts'
import { FRAME_HEADER_SIZE, isNoteKept, parseFrameHeader } from './frame.ts'
import type { NodeLog } from './nodeLog.ts'
import { readFrame } from './recovery.ts'
import {
  PLAIN_HEADER_SIZE,
  type Segment,
  type SparseItem,
  sparseName,
  writeSparse,
} from './segment.ts'

/** As much of a segment as choosing takes. */
type Extent = Pick<Segment, 'start' | 'end' | 'size' | 'liveSize'>

/** A run of neighbouring segments that is worth rewriting into one; empty if there is none. */
export function chooseRun<T extends Extent>(segments: readonly T[]): readonly T[] {
  // The last segment still grows.
  const sealed = segments.slice(0, -1)
  const isSparseEnough = ({ liveSize, size }: Extent): boolean =>
    liveSize * 100 < size * COMPACTION_LIVE_PERCENT
  let first = -1
  for (const [i, segment] of sealed.entries()) {
    const best = sealed[first]
    if (!isSparseEnough(segment)) continue
    if (best === undefined || segment.liveSize * best.size < best.liveSize * segment.size) first = i
  }
  if (first < 0) return []
  // Small neighbours come along, or their number would grow without end.
  let [start, end] = [first, first + 1]
  const fits = (from: number, to: number): boolean => {
    const run = sealed.slice(from, to)
    const live = run.reduce((sum, { liveSize }) => sum + liveSize, 0)
    const span = (run.at(-1)?.end ?? 0) - (run[0]?.start ?? 0)
    return live <= SEGMENT_SIZE / 2 && span <= SEGMENT_SPAN_MAX
  }
  const isSmall = (segment: Extent | undefined): boolean =>
    segment !== undefined && (isSparseEnough(segment) || segment.size < SEGMENT_SIZE / 8)
  while (isSmall(sealed[end]) && fits(start, end + 1)) end++
  while (isSmall(sealed[start - 1]) && fits(start - 1, end)) start--
  return sealed.slice(start, end)
}

/** Writes what is live in a run into a new file; returns it, or nothing if nothing was live. */
export function rewriteRun(
  log: NodeLog,
  run: readonly Segment[],
  generation: number,
): Segment | undefined {
  const start = run[0]!.start
  const end = run.at(-1)!.end
  if (run.every(({ liveSize }) => liveSize === 0)) return undefined
  const name = sparseName(start, generation)
  const path = `${log.folder}/${name}`
  const file = log.files.openWrite(path)
  let liveSize: number
  try {
    file.truncate(0)
    liveSize = writeSparse(file, start, liveItems(log, run))
    file.sync()
    log.files.syncFolder(log.folder)
  } catch (error) {
    log.files.remove(path)
    throw error
  } finally {
    file.close()
  }
  return log.openSegment({ name, start, end, liveSize, deadCount: 0 })
}

function* liveItems(log: NodeLog, run: readonly Segment[]): Generator<SparseItem> {
  for (const segment of run) {
    const dead = segment.deadOffsets(log.files)
    let next = 0
    let live = 0
    const items = segment.table === undefined ? plainItems(segment) : sparseItems(log, segment)
    for (const item of items) {
      const offset = item.address - segment.start
      if (dead[next] === offset) {
        next++
        continue
      }
      live += item.bytes.length
      yield item
    }
    if (next !== dead.length || live !== segment.liveSize)
      throw damagedError(segment.path, 'what is live in it is not what was counted')
  }
}

function* plainItems(segment: Segment): Generator<SparseItem> {
  const head = new Uint8Array(FRAME_HEADER_SIZE)
  let address = segment.start
  while (address < segment.end) {
    segment.source.file.read(head, address - segment.start + PLAIN_HEADER_SIZE)
    const header = parseFrameHeader(head, address)
    const frame = header === undefined ? undefined : readFrame(segment, header)
    if (header === undefined || frame === undefined)
      throw damagedError(segment.path, `the frame at ${address}`)
    const nodesEnd = FRAME_HEADER_SIZE + header.nodesSize
    for (let at = FRAME_HEADER_SIZE; at < nodesEnd; ) {
      const size = recordSize(frame.subarray(at))
      yield { address: address + at, bytes: frame.subarray(at, at + size) }
      at += size
    }
    if (isNoteKept(header.kind) && header.noteSize > 0)
      yield { address: address + nodesEnd, bytes: frame.subarray(nodesEnd) }
    address += frame.length
  }
}

function* sparseItems(log: NodeLog, segment: Segment): Generator<SparseItem> {
  const { table, source } = segment
  if (table === undefined) return
  for (let i = 0; i < table.count; i++) {
    const [offset, position] = table.entryAt(i, source, log.cache)
    const isLast = i + 1 === table.count
    const end = isLast ? table.dataSize : table.entryAt(i + 1, source, log.cache)[1]
    const bytes = new Uint8Array(end - position)
    source.file.read(bytes, position)
    yield { address: segment.start + offset, bytes }
  }
}
