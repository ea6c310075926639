import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { OpenFile } from '../files/fileSystem.ts'
import { MemoryFiles } from '../files/memoryFiles.ts'
import { FRESH_DEAD_MAX, INDEX_INTERVAL, SEGMENT_SIZE } from '../limits.ts'
import { FRAME_BATCH, FRAME_HEADER_SIZE } from './frame.ts'
import { isIndexDue } from './indexFile.ts'
import { NodeLog } from './nodeLog.ts'

/** A disk that remembers nothing, for sizes beyond what a test should write. */
class NoFiles extends MemoryFiles {
  override openWrite(): OpenFile {
    const nothing = (): void => undefined
    const size = (): number => 0
    return { read: size, write: nothing, sync: nothing, truncate: nothing, size, close: nothing }
  }
}

const note = new Uint8Array(0)

/** How many segments there are once a frame has followed one of this size. */
function segmentsAfter(size: number): number {
  const log = new NodeLog(new NoFiles(), 'log')
  const nodes = new Uint8Array(size - FRAME_HEADER_SIZE)
  log.append({ kind: FRAME_BATCH, nodes, note })
  assert.equal(log.segments[0]!.end - log.segments[0]!.start, size)
  log.append({ kind: FRAME_BATCH, nodes: note, note })
  return log.segments.length
}

describe('the node log', () => {
  it('goes on in another file after SEGMENT_SIZE bytes, not one byte before', () => {
    assert.equal(segmentsAfter(SEGMENT_SIZE - 1), 1)
    assert.equal(segmentsAfter(SEGMENT_SIZE), 2)
  })

  it('has its index written after INDEX_INTERVAL bytes, not one byte before', () => {
    const few = { freshDeadCount: 0, versionCount: 1_000_000 }
    assert.equal(isIndexDue({ ...few, size: INDEX_INTERVAL - 1 }), false)
    assert.equal(isIndexDue({ ...few, size: INDEX_INTERVAL }), true)
  })

  it('has its index written after twice its bytes where it is long, not one byte before', () => {
    const many = { freshDeadCount: 0, versionCount: 10_000_000 }
    assert.equal(isIndexDue({ ...many, size: 280_000_000 - 1 }), false)
    assert.equal(isIndexDue({ ...many, size: 280_000_000 }), true)
  })

  it('has its index written after FRESH_DEAD_MAX dead records, not one before', () => {
    const nothing = { size: 0, versionCount: 0 }
    assert.equal(isIndexDue({ ...nothing, freshDeadCount: FRESH_DEAD_MAX - 1 }), false)
    assert.equal(isIndexDue({ ...nothing, freshDeadCount: FRESH_DEAD_MAX }), true)
  })
})
