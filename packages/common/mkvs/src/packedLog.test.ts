import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, EMPTY_BYTES } from '@wadi/base/bytes'
import fc from 'fast-check'
import { encodeRecord } from './nodeRecord.ts'
import { unpackLog } from './packedLog.ts'

const bytes = fc.uint8Array({ maxLength: 12 })

describe('a packed write log', () => {
  it('is the written pairs and the removed keys, told apart from empty values', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(bytes, bytes)), fc.array(bytes), (pairs, removed) => {
        const records = pairs.map(([key, value]) => encodeRecord({ kind: 'leaf', key, value }))
        const log = unpackLog({ written: concatBytes(...records), removed })
        assert.deepEqual(log, [...pairs, ...removed.map((key) => [key, undefined])])
      }),
    )
    assert.deepEqual(unpackLog({ written: EMPTY_BYTES, removed: [] }), [])
  })
})
