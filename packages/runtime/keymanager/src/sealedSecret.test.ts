import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { SeededRandom } from '@wadi/base/random'
import { Secret } from '@wadi/base/secret'
import fc from 'fast-check'
import {
  insecureSealingRoot,
  openSealedSecret,
  SEALED_BYTES,
  type Sealing,
  sealSecret,
} from './sealedSecret.ts'

const secret = new Secret(new Uint8Array(32).fill(5))
const associatedData = new Uint8Array(40)
const sealing: Sealing = { root: insecureSealingRoot, purpose: 'masterSecret', associatedData }
const sealed = sealSecret(sealing, secret, new SeededRandom(1n))
const open = (of: Sealing, bytes = sealed) => openSealedSecret(of, bytes)?.reveal()

describe('a sealed secret', () => {
  it('opens again, and is sealed in another way each time', () => {
    assert.equal(sealed.length, SEALED_BYTES)
    assert.deepEqual(open(sealing), secret.reveal())
    assert.notEqual(toHex(sealSecret(sealing, secret, new SeededRandom(2n))), toHex(sealed))
  })

  it('is no proposal, no other generation, and no other enclave’s', () => {
    assert.equal(open({ ...sealing, purpose: 'masterSecretProposal' }), undefined)
    assert.equal(open({ ...sealing, associatedData: associatedData.with(39, 1) }), undefined)
    assert.equal(open({ ...sealing, root: () => new Secret(new Uint8Array(16)) }), undefined)
  })

  it('that was damaged, cut or made up is none', () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc
        .nat()
        .map((bit) =>
          sealed.with(
            (bit >> 3) % sealed.length,
            sealed[(bit >> 3) % sealed.length]! ^ (1 << (bit & 7)),
          ),
        ),
      fc.nat({ max: SEALED_BYTES - 1 }).map((size) => sealed.subarray(0, size)),
    )
    fc.assert(fc.property(anything, (bytes) => assert.equal(open(sealing, bytes), undefined)))
  })
})
