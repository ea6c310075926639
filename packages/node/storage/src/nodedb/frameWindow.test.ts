import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SeededRandom } from '@wadi/base/random'
import { MemoryFiles } from '../files/memoryFiles.ts'
import { FRAME_BATCH, FRAME_HEADER_SIZE, parseFrameHeader } from './frame.ts'
import { FrameWindow } from './frameWindow.ts'
import { NodeLog } from './nodeLog.ts'
import { readFrame } from './recovery.ts'
import { PLAIN_HEADER_SIZE, type Segment } from './segment.ts'

const WINDOW = 1024 * 1024
/** Small ones, and some that a window does not hold, or just holds. */
const SIZES = [0, 900_000, 3, 200_000, WINDOW, WINDOW - FRAME_HEADER_SIZE, 2_500_000, 17]

/** A segment of frames, and where each begins. */
function makeSegment() {
  const random = new SeededRandom(5n)
  const log = new NodeLog(new MemoryFiles(), 'log')
  const small = Array.from({ length: 3000 }, (_, i) => (i * 37) % 1000)
  const places = [...SIZES, ...small].map((size) => {
    const place = { kind: FRAME_BATCH, nodes: random.bytes(size), note: random.bytes(size % 50) }
    return log.append(place).nodesAddress - FRAME_HEADER_SIZE
  })
  log.sync()
  return { segment: log.segments[0]!, places }
}

/** As it is read without a window. */
function reference(segment: Segment, address: number) {
  const head = new Uint8Array(FRAME_HEADER_SIZE)
  const { file } = segment.source
  const size = file.read(head, address - segment.start + PLAIN_HEADER_SIZE)
  const header = parseFrameHeader(head.subarray(0, size), address)
  const bytes = header && readFrame(segment, header)
  return header && bytes && { header, bytes }
}

describe('frames that are read in large pieces', () => {
  const { segment, places } = makeSegment()

  it('are those that are read one by one, wherever a piece ends', () => {
    const window = new FrameWindow(segment)
    for (const address of places) {
      const found = window.frameAt(address)
      assert.ok(found !== undefined)
      assert.deepEqual(found, reference(segment, address))
    }
    assert.equal(window.frameAt(segment.end), undefined)
  })

  it('are none where a byte is wrong, or the end is missing', () => {
    const { file } = segment.source
    for (const index of [1, 6, 2000]) {
      const address = places[index]!
      const at = address - segment.start + PLAIN_HEADER_SIZE + FRAME_HEADER_SIZE + 5
      const byte = new Uint8Array(1)
      file.read(byte, at)
      file.write([Uint8Array.of(byte[0]! ^ 1)], at)
      assert.equal(new FrameWindow(segment).frameAt(address), undefined)
      file.write([byte], at)
      assert.ok(new FrameWindow(segment).frameAt(address) !== undefined)
    }
    file.truncate(file.size() - 1)
    const window = new FrameWindow(segment)
    assert.ok(window.frameAt(places.at(-2)!) !== undefined)
    assert.equal(window.frameAt(places.at(-1)!), undefined)
  })
})
