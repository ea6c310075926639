import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, toUtf8 } from '@wadi/base/bytes'
import { writeItem } from '@wadi/cbor/item'
import fc from 'fast-check'
import { checkItemCount } from './itemCount.ts'

const refusal = { module: 'unknown', code: 1, reason: 'items.tooMany' }

/** Takes as many, and refuses them where there may be one less. */
function has(bytes: Uint8Array, count: number): void {
  checkItemCount(bytes, count)
  assert.throws(() => checkItemCount(bytes, count - 1), refusal)
}

describe('the items of a message', () => {
  it('are counted, keys and what is within included', () => {
    const seven = { kind: 'unsigned', argument: 7n } as const
    const huge = { kind: 'unsigned', argument: 2n ** 64n - 1n } as const
    has(writeItem(seven), 1)
    has(writeItem({ kind: 'list', items: [seven, huge, { kind: 'list', items: [seven] }] }), 5)
    const pairs = [[{ kind: 'text', text: 'key' }, huge]] as const
    has(writeItem({ kind: 'map', pairs }), 3)
    has(Uint8Array.of(0xfb, 0, 0, 0, 0, 0, 0, 0, 0, 0xf6), 2)
  })

  it('are strings as a whole, however long', () => {
    for (const size of [0, 1, 23, 24, 255, 256, 65_535, 65_536]) {
      const string = writeItem({ kind: 'bytes', bytes: new Uint8Array(size).fill(0x80) })
      has(concatBytes(string, Uint8Array.of(1)), 2)
      has(writeItem({ kind: 'text', text: 'x'.repeat(size) }), 1)
    }
    const long = Uint8Array.of(0x5b, 0, 0, 0, 0, 0, 0, 0, 2, 0x80, 0x80, 0x80)
    has(long, 2)
  })

  it('end with the bytes, whatever these promise', () => {
    for (const head of [0x5b, 0x7b, 0x9b, 0xbb]) {
      has(Uint8Array.of(head, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), 1)
      has(Uint8Array.of(head, 0xff), 1)
    }
    checkItemCount(new Uint8Array(0), 0)
  })

  it('of any bytes are no more than these, and are counted', () => {
    const check = (bytes: Uint8Array) => checkItemCount(bytes, bytes.length)
    fc.assert(fc.property(fc.uint8Array(), check))
    const checkMany = (bytes: Uint8Array) => {
      try {
        checkItemCount(bytes, 3)
      } catch (error) {
        assert.equal((error as { reason?: string }).reason, refusal.reason)
      }
    }
    fc.assert(fc.property(fc.uint8Array(), checkMany))
    has(toUtf8('\u0000'.repeat(1_000)), 1_000)
  })
})
