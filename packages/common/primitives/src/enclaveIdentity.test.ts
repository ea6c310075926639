import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { arbitrary } from '@wadi/cbor/arbitrary'
import { decode, encode } from '@wadi/cbor/codec'
import { mapOf } from '@wadi/cbor/collections'
import { parseJson, toJson } from '@wadi/cbor/json'
import { u8 } from '@wadi/cbor/scalars'
import fc from 'fast-check'
import { EnclaveIdentity, parseEnclaveIdentity, printEnclaveIdentity } from './enclaveIdentity.ts'

describe('EnclaveIdentity', () => {
  it('has the signer first on the wire, and the code first in its texts', () => {
    const identity = parseEnclaveIdentity('11'.repeat(32) + '22'.repeat(32))
    const wire = toHex(encode(EnclaveIdentity, identity))
    assert.ok(wire.indexOf('22'.repeat(32)) < wire.indexOf('11'.repeat(32)))
    assert.equal(printEnclaveIdentity(identity), '11'.repeat(32) + '22'.repeat(32))
  })

  it('comes back from the wire, from JSON and from hexadecimal text', () => {
    fc.assert(
      fc.property(arbitrary(EnclaveIdentity), (identity) => {
        assert.deepEqual(decode(EnclaveIdentity, encode(EnclaveIdentity, identity)), identity)
        assert.deepEqual(parseJson(EnclaveIdentity, toJson(EnclaveIdentity, identity)), identity)
        assert.deepEqual(parseEnclaveIdentity(printEnclaveIdentity(identity)), identity)
      }),
    )
  })

  it('is a map even as the key of a map', () => {
    const byEnclave = mapOf(EnclaveIdentity, u8)
    fc.assert(
      fc.property(arbitrary(byEnclave), (map) => {
        const back = decode(byEnclave, encode(byEnclave, map))
        assert.deepEqual([...back], [...map])
        assert.deepEqual([...parseJson(byEnclave, toJson(byEnclave, map))], [...map])
      }),
    )
  })

  it('has 64 bytes: 63 and 65 are refused', () => {
    for (const size of [63, 65]) {
      const refusal = { module: 'unknown', code: 1, reason: 'enclaveIdentity.malformed' }
      assert.throws(() => parseEnclaveIdentity('00'.repeat(size)), refusal)
    }
  })
})
