import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SeededRandom } from '@wadi/base/random'
import fc from 'fast-check'
import { MemoryFiles } from '../files/memoryFiles.ts'
import { encodeFrameHead, FRAME_HEAD_BYTES } from './recordFrame.ts'
import { scanRecords } from './scanRecords.ts'

const SIZE_MAX = 300_000
const KIND = 3
/** Small ones, and some around the piece of 64 KiB that is read at a time. */
const sizes = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.nat(400) },
    { weight: 1, arbitrary: fc.integer({ min: 65_400, max: 65_600 }) },
    { weight: 1, arbitrary: fc.nat(SIZE_MAX) },
  ),
  { maxLength: 60 },
)

describe('a scan of records', () => {
  it('finds every frame as it was written, and the gap where one is damaged', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), (all, dice) => {
        const random = new SeededRandom(BigInt(dice))
        const file = new MemoryFiles().openWrite('log')
        let end = 0
        const written = all.map((size, i) => {
          const payload = random.bytes(size)
          const head = { kind: KIND, height: BigInt(i), tag: i, address: end, size }
          file.write([encodeFrameHead({ head, synced: 0 }, [payload]), payload], end)
          end += FRAME_HEAD_BYTES + size
          return { head, payload }
        })
        const bad = written[dice % (all.length + 1)]
        if (bad !== undefined) file.write([Uint8Array.of(0)], bad.head.address)
        const source = { file, start: 0, end, recordSizeMax: SIZE_MAX }
        const found = Array.from(scanRecords(source), (item) =>
          item.kind === 'gap'
            ? { from: item.start, to: item.end }
            : { head: item.head, payload: item.payload.slice() },
        )
        const wanted = written.map((one) => {
          const { address, size } = one.head
          return one === bad ? { from: address, to: address + FRAME_HEAD_BYTES + size } : one
        })
        assert.deepEqual(found, wanted)
      }),
      { numRuns: 60 },
    )
  })
})
