import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Secret } from '@wadi/base/secret'
import { verifyProof } from '../vrf/vrf.ts'
import { testSigner } from './compliance/signerCompliance.ts'
import {
  createMemorySigner,
  createMemoryVrfSigner,
  createTestSigner,
  testSeed,
} from './memorySigner.ts'

const seed = testSeed('a name')

testSigner('a key in memory', createMemorySigner('node', seed), seed.reveal())
testSigner('a VRF key in memory', createMemoryVrfSigner(seed), seed.reveal())
testSigner('a test key', createTestSigner('entity', 'a name'), seed.reveal())

describe('a key in memory', () => {
  it('proves outputs for the role vrf', () => {
    const signer = createMemoryVrfSigner(seed)
    const alpha = Uint8Array.of(1)
    assert.ok(verifyProof(signer.publicKey, alpha, signer.prove(alpha)) !== undefined)
  })

  it('refuses a seed of another size', () => {
    for (const size of [0, 31, 33, 64]) {
      const wrong = new Secret(new Uint8Array(size))
      assert.throws(() => createMemorySigner('node', wrong), {
        reason: 'signature.malformedPrivateKey',
      })
    }
  })
})
