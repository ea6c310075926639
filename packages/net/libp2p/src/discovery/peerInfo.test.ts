import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseUtf8, toUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { parseNodeAddress, printNodeAddress } from '@wadi/primitives/nodeAddress'
import fc from 'fast-check'
import { peerIdOf } from '../host/peerNames.ts'
import { ADDRESSES_PER_PEER_MAX, PEER_INFO_BYTES_MAX } from '../limits.ts'
import { key } from '../testing/keys.ts'
import {
  decodePeerInfo,
  encodePeerInfo,
  parseKeyName,
  parseMultiaddr,
  printKeyName,
} from './peerInfo.ts'

const addresses = ['1.2.3.4:9200', '[2001:db8::1]:1'].map(parseNodeAddress)
const info = (ID: unknown, Addrs: unknown) => toUtf8(JSON.stringify({ ID, Addrs }))

describe('the name of a key', () => {
  it("is the library's, and leads back to the key", () => {
    for (let i = 0; i < 20; i++) {
      assert.equal(printKeyName(key(i)), peerIdOf(key(i)).toString())
      assert.deepEqual(parseKeyName(printKeyName(key(i))), key(i))
    }
    // Of an RSA key.
    assert.throws(() => parseKeyName('QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N'), {
      reason: 'peerInfo.malformed',
    })
  })
})

describe('the information about a peer', () => {
  it('is JSON as Go writes it, and comes back', () => {
    const bytes = encodePeerInfo({ key: key(1), addresses })
    const text = `{"ID":"${printKeyName(key(1))}","Addrs":["/ip4/1.2.3.4/tcp/9200","/ip6/2001:db8::1/tcp/1"]}`
    assert.equal(parseUtf8(bytes), text)
    assert.deepEqual(decodePeerInfo(bytes), { key: key(1), addresses })
  })

  it('leaves out addresses that we cannot or will not dial', () => {
    const odd = [
      '/ip4/1.2.3.4/udp/9200/quic-v1',
      '/dns4/evil.example/tcp/9200',
      '/dnsaddr/evil.example',
      '/ip4/1.2.3.4/tcp/99999',
      '/ip6/1.2.3.4/tcp/9200',
      '/ip4/300.1.1.1/tcp/1',
      '/ip4/1.2.3.4/tcp/9200/p2p-circuit/p2p/x',
      '',
    ]
    assert.deepEqual(decodePeerInfo(info(printKeyName(key(1)), odd)).addresses, [])
    const own = parseMultiaddr('/ip4/1.2.3.4/tcp/9200/p2p/12D3')
    assert.equal(printNodeAddress(own!), '1.2.3.4:9200')
  })

  it('has so many addresses and so many bytes', () => {
    const many = Array.from({ length: ADDRESSES_PER_PEER_MAX + 1 }, () => '/ip4/1.2.3.4/tcp/1')
    const { addresses: known } = decodePeerInfo(info(printKeyName(key(1)), many))
    assert.equal(known.length, ADDRESSES_PER_PEER_MAX)
    const padded = (size: number) => {
      const text = parseUtf8(info(printKeyName(key(1)), []))
      return toUtf8(text + ' '.repeat(size - text.length))
    }
    assert.doesNotThrow(() => decodePeerInfo(padded(PEER_INFO_BYTES_MAX)))
    assert.throws(() => decodePeerInfo(padded(PEER_INFO_BYTES_MAX + 1)), {
      reason: 'peerInfo.malformed',
    })
  })

  it('of any shape is refused', () => {
    const name = printKeyName(key(1))
    const odd = ['', '[]', 'null', '{}', '{"ID":1,"Addrs":[]}', `{"ID":"${name}"}`]
    const more = [
      `{"ID":"${name}","Addrs":{}}`,
      `{"ID":"${name}","Addrs":[1]}`,
      '{"ID":"0","Addrs":[]}',
    ]
    for (const text of [...odd, ...more]) {
      assert.throws(() => decodePeerInfo(toUtf8(text)), CodedError, text)
    }
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        assert.throws(() => decodePeerInfo(bytes), CodedError)
      }),
    )
  })
})
