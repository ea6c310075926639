import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CONNECTIONS_MAX } from '@wadi/grpc/limits'
import { sharesOf } from './socketShares.ts'

describe('what a process may have open', () => {
  it('is divided among callers, peers and the disk, however little it is', () => {
    for (const filesMax of [64, 256, 400, 1024, 4096, 20_000, 524_288]) {
      const { callers, peers } = sharesOf(filesMax)
      const left = filesMax - 2 * callers - peers!
      assert.ok(left >= Math.min(256, filesMax / 4), `${left} of ${filesMax} for the disk`)
      assert.ok(callers >= 8 && callers <= CONNECTIONS_MAX)
    }
  })

  it('is no matter where there is no limit', () => {
    assert.deepEqual(sharesOf(undefined), { callers: CONNECTIONS_MAX, peers: undefined })
  })
})
