import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes } from '@wadi/base/bytes'
import { FRAME_SIZE_MAX } from '../limits.ts'
import { checkFrameSize, encodeFrameHeader, isIntact, parseFrameHeader } from './frame.ts'

describe('a frame of the node log', () => {
  const nodes = Uint8Array.of(1, 2, 3)
  const note = Uint8Array.of(4, 5)
  const header = { kind: 1, address: 77, synced: 70, nodesSize: 3, noteSize: 2 }
  const frame = concatBytes(encodeFrameHeader(header, nodes, note), nodes, note)

  it('is read back, at its own address only', () => {
    assert.deepEqual(parseFrameHeader(frame, 77), header)
    assert.equal(parseFrameHeader(frame, 78), undefined)
    assert.equal(isIntact(frame, header), true)
  })

  it('is not intact when any byte of it differs', () => {
    for (let i = 0; i < frame.length; i++) {
      const other = frame.slice()
      other[i] = other[i]! ^ 1
      const parsed = parseFrameHeader(other, 77)
      assert.ok(parsed === undefined || !isIntact(other, parsed), `byte ${i}`)
    }
  })

  it('has a greatest size, and one byte more is refused', () => {
    checkFrameSize(FRAME_SIZE_MAX)
    assert.throws(() => checkFrameSize(FRAME_SIZE_MAX + 1), { reason: 'nodedb.frameTooLarge' })
  })
})
