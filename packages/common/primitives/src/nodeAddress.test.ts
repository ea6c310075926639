import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toBase64, toHex } from '@wadi/base/bytes'
import { arbitrary } from '@wadi/cbor/arbitrary'
import { decode, encode } from '@wadi/cbor/codec'
import { parseJson, toJson } from '@wadi/cbor/json'
import fc from 'fast-check'
import { ConsensusAddress, NodeAddress, parseNodeAddress, printNodeAddress } from './nodeAddress.ts'
import { PublicKey } from './publicKey.ts'

describe('NodeAddress', () => {
  it('is a map with capitalised keys on the wire', () => {
    const address = { ip: Uint8Array.of(127, 0, 0, 1), port: 9001n, zone: '' }
    const known = 'a3624950447f00000164506f727419232964' + '5a6f6e6560'
    assert.equal(toHex(encode(NodeAddress, address)), known)
  })

  it('comes back from the wire whatever is in it', () => {
    fc.assert(
      fc.property(arbitrary(NodeAddress), (address) => {
        assert.deepEqual(decode(NodeAddress, encode(NodeAddress, address)), address)
      }),
    )
  })

  it('is host and port in JSON', () => {
    for (const text of ['1.2.3.4:5', '[::1]:65535', '[fe80::1%eth0]:1']) {
      const address = parseNodeAddress(text)
      assert.equal(printNodeAddress(address), text)
      assert.deepEqual(parseJson(NodeAddress, toJson(NodeAddress, address)), address)
    }
    assert.deepEqual(parseNodeAddress(':5'), { ip: undefined, port: 5n, zone: '' })
    assert.deepEqual(parseNodeAddress(''), { ip: undefined, port: 0n, zone: '' })
  })

  it('is refused without a port, with one that is too large, or with a name for a host', () => {
    for (const text of ['1.2.3.4', '1.2.3.4:65536', 'localhost:1', '::1:5', '[::1]', ' ']) {
      assert.throws(() => parseNodeAddress(text), { module: 'unknown', code: 1 }, text)
    }
  })

  it('is refused in words that do not grow with the text', () => {
    for (const text of ['a'.repeat(5000), '1.'.repeat(5000), ':'.repeat(5000)]) {
      assert.throws(
        () => parseNodeAddress(text),
        ({ message }: Error) => message.length < 200,
      )
    }
  })
})

describe('ConsensusAddress', () => {
  it('is key, at, address in JSON', () => {
    const id = PublicKey.check(new Uint8Array(32).fill(9))
    const peer = { id, address: parseNodeAddress('1.2.3.4:5') }
    assert.equal(toJson(ConsensusAddress, peer), `"${toBase64(id)}@1.2.3.4:5"`)
    assert.deepEqual(parseJson(ConsensusAddress, toJson(ConsensusAddress, peer)), peer)
    for (const text of ['1.2.3.4:5', 'AA==@1.2.3.4:5', `${toBase64(id)}@1.2.3.4:5@`]) {
      assert.throws(() => parseJson(ConsensusAddress, `"${text}"`), { module: 'unknown' }, text)
    }
  })
})
