import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex, toUtf8 } from '@wadi/base/bytes'
import { PublicKey, X25519PublicKey } from '@wadi/primitives/publicKey'
import { attestationDigest, rakHash } from './attestationDigest.ts'

const facts = {
  reportData: toUtf8('foo bar'),
  nodeId: PublicKey.check(
    parseHex('47aadd91516ac548decdb436fde957992610facc09ba2f850da0fe1b2be96119'),
  ),
  height: 42n,
  rek: undefined,
}

describe('attestation digest', () => {
  it('has the values of the reference, without and with a key for encryption', () => {
    assert.equal(
      toHex(attestationDigest(facts)),
      '0f01a5084bbf432427873cbce5f8c3bff76bc22b9d1e0674b852e43698abb195',
    )
    const rek = X25519PublicKey.check(
      parseHex('7992610facc09ba2f850da0fe1b2be9611947aadd91516ac548decdb436fde95'),
    )
    assert.equal(
      toHex(attestationDigest({ ...facts, rek })),
      '9a288bd33ba7a4c2eefdee68e4c08c1a34c369302ef8176a3bfdb4fedcec333e',
    )
  })

  it('changes with every fact', () => {
    const digest = toHex(attestationDigest(facts))
    const others = [
      { ...facts, height: 43n },
      { ...facts, height: 42n << 56n },
      { ...facts, nodeId: PublicKey.zero },
      { ...facts, reportData: toUtf8('foo ba') },
      { ...facts, rek: X25519PublicKey.zero },
    ]
    const digests = others.map((other) => toHex(attestationDigest(other)))
    assert.equal(new Set([digest, ...digests]).size, others.length + 1)
  })
})

describe('RAK hash', () => {
  it('is that of the reference', () => {
    // Computed with oasis-core/go v0.2601.0, node.HashRAK of the zero key.
    const known = '4ee2578021a5dcbcd40b3a18ac1ee19ecca83996af79b1d3bec83649453c9821'
    assert.equal(toHex(rakHash(PublicKey.zero)), known)
  })
})
