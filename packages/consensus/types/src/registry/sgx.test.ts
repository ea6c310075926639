import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { arbitrary } from '@wadi/cbor/arbitrary'
import { encode } from '@wadi/cbor/codec'
import { u16 } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import fc from 'fast-check'
import {
  decodeSgxAttestation,
  decodeSgxConstraints,
  encodeSgxAttestation,
  encodeSgxConstraints,
  SgxAttestation,
  SgxConstraints,
} from './sgx.ts'

const unknownVersion = encode(struct({ v: u16 }), { v: 2 })

describe('SgxConstraints', () => {
  it('of version 1 come back', () => {
    fc.assert(
      fc.property(arbitrary(SgxConstraints), (any) => {
        const constraints = { ...any, v: 1 }
        assert.deepEqual(decodeSgxConstraints(encodeSgxConstraints(constraints)), constraints)
      }),
    )
  })

  it('of version 0 keep the enclaves and the allowed statuses, and have no version', () => {
    assert.equal(decodeSgxConstraints(Uint8Array.of(0xa0)).v, 0)
    fc.assert(
      fc.property(arbitrary(SgxConstraints), (any) => {
        const blob = encodeSgxConstraints({ ...any, v: 0 })
        const old = decodeSgxConstraints(blob)
        const statuses = any.policy?.ias?.allowedQuoteStatuses ?? []
        assert.equal(old.v, 0)
        assert.deepEqual(old.enclaves, any.enclaves)
        assert.deepEqual(old.policy?.ias?.allowedQuoteStatuses, statuses)
        assert.deepEqual(encodeSgxConstraints(old), blob)
      }),
    )
  })

  it('of a version that nobody knows, or of none that can be read, are refused', () => {
    const refusal = { module: 'unknown', code: 1 }
    assert.throws(() => decodeSgxConstraints(unknownVersion), refusal)
    for (const blob of [[], [0xff], [0xa1, 0x61, 0x76, 0x60], [0x80]]) {
      assert.throws(() => decodeSgxConstraints(Uint8Array.from(blob)), refusal)
    }
  })
})

describe('SgxAttestation', () => {
  it('of version 1 comes back', () => {
    fc.assert(
      fc.property(arbitrary(SgxAttestation), (any) => {
        const attestation = { ...any, v: 1 }
        assert.deepEqual(decodeSgxAttestation(encodeSgxAttestation(attestation)), attestation)
      }),
    )
  })

  it('of version 0 is the bare report', () => {
    fc.assert(
      fc.property(arbitrary(SgxAttestation), (any) => {
        const blob = encodeSgxAttestation({ ...any, v: 0 })
        assert.ok(toHex(blob) === 'f6' || toHex(blob).startsWith('a3'))
        const old = decodeSgxAttestation(blob)
        assert.deepEqual([old.v, old.quote.pcs], [0, undefined])
        if (any.quote.ias !== undefined) assert.deepEqual(old.quote.ias, any.quote.ias)
      }),
    )
  })

  it('of a version that nobody knows is refused', () => {
    const refusal = { module: 'unknown', code: 1 }
    assert.throws(() => decodeSgxAttestation(unknownVersion), refusal)
    assert.throws(() => decodeSgxAttestation(new Uint8Array(0)), refusal)
  })
})
