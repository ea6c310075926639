import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { keyedMap } from '@wadi/cbor/collections'
import { PublicKey } from '@wadi/primitives/publicKey'
import { type Proof, RawProof } from '@wadi/primitives/signed'
import { testContext } from '../testing/testContext.ts'
import { testKey, testVrfSigner } from '../testing/testNodes.ts'
import { highQualityAlpha, lowQualityAlpha } from './alpha.ts'
import { randomValueAt } from './entropy.ts'

function proofsOf(...nodes: readonly number[]) {
  const alpha = new Uint8Array(32).fill(1)
  const entries = nodes.map((n): readonly [PublicKey, Proof] => {
    const { publicKey, prove } = testVrfSigner(n)
    const proof = RawProof.check(prove(alpha))
    return [testKey(n), { publicKey: PublicKey.check(publicKey), proof }]
  })
  return keyedMap<PublicKey, Proof | undefined>(PublicKey, entries)
}

// What the reference's published module (v0.2601.0) makes of the same blocks.
describe('what a block makes random', () => {
  it('is an alpha from the proofs of an epoch, by node', () => {
    const expected = 'aa1fa7195913b3c02d9886dd7a9effdc1e704b78502574f60c2ffbadaa6a65e4'
    for (const proofs of [proofsOf(1, 2), proofsOf(2, 1)])
      assert.equal(toHex(highQualityAlpha(testContext(), 3n, proofs)), expected)
  })

  it('is an alpha from the block alone', () => {
    const expected = '43d0dad4c8034b2f21a52fc731a797de3299d07098e752bfb76ea5f66fbad2e4'
    assert.equal(toHex(lowQualityAlpha(testContext(), 3n)), expected)
  })

  it('is an alpha in the first block, before which there is no state', () => {
    const expected = '71a9dea648eb29c4c0c1c90be477790cd35bb7382010d584d7162bb499cee78a'
    assert.equal(toHex(lowQualityAlpha(testContext({ lastHeight: 0n }), 2n)), expected)
  })

  it('is the random value of an epoch', () => {
    const expected = 'ef40816fe0d9a03579fa51be3736f4c913f01fcc8261bccc6cdb68c2524fafd0'
    assert.equal(toHex(randomValueAt(testContext(), 3n)), expected)
  })
})
