import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseNodeAddress } from '@wadi/primitives/nodeAddress'
import fc from 'fast-check'
import { key } from '../testing/keys.ts'
import { decodeBook, encodeBook } from './peerBook.ts'

const addresses = [parseNodeAddress('1.2.3.4:9200')]
const entry = (namespace: string, i: number) => ({ namespace, peer: { key: key(i), addresses } })

describe('a book of peers', () => {
  it('has the peers that have addresses, by namespace', () => {
    const entries = [entry('', 1), entry('', 2), entry('a', 1), entry('b', 3)]
    const without = { namespace: 'a', peer: { key: key(999), addresses: [] } }
    assert.deepEqual(decodeBook(encodeBook([without, ...entries])), entries)
    assert.deepEqual(decodeBook(encodeBook([])), [])
  })

  it('that cannot be read has none', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (content) => {
        assert.deepEqual(decodeBook(content), [])
      }),
    )
  })
})
