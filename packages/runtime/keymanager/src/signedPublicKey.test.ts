import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import { PublicKey, X25519PublicKey } from '@wadi/primitives/publicKey'
import { KeyPairId } from '@wadi/runtime-protocol/enclave-rpc/keys'
import { EPHEMERAL_KEY_AGE_MAX } from './limits.ts'
import { checkPublicKey, signPublicKey } from './signedPublicKey.ts'

const signer = createTestSigner('node', 'seed')
const rsk = PublicKey.check(signer.publicKey)
const key = X25519PublicKey.check(new Uint8Array(32).fill(1))
const checksum = new Uint8Array(32).fill(1)
const owner = {
  runtimeId: new Uint8Array(32).fill(1),
  keyPairId: KeyPairId.check(new Uint8Array(32).fill(1)),
}
const lasting = { ...owner, epoch: undefined }
const ofEpoch = { ...owner, epoch: 10n }
const refuses = (message: string) => ({ message })

describe('the key manager’s word on a key of an epoch', () => {
  const signed = signPublicKey(signer, { key, checksum }, ofEpoch)
  const check = (now: bigint | undefined, of = ofEpoch) => checkPublicKey(signed, of, { rsk, now })

  it(`holds from its epoch on for ${EPHEMERAL_KEY_AGE_MAX} more`, () => {
    for (const now of [10n, 15n, 10n + EPHEMERAL_KEY_AGE_MAX]) check(now)
    assert.throws(() => check(9n), refuses('signature from the future'))
    assert.throws(() => check(11n + EPHEMERAL_KEY_AGE_MAX), refuses('signature expired'))
    assert.throws(() => check(undefined), refuses('current epoch required'))
  })

  it('is about this key of this owner in this epoch, and by the key manager', () => {
    const invalid = refuses('invalid signature')
    assert.throws(() => check(15n, { ...ofEpoch, epoch: 11n }), invalid)
    assert.throws(() => check(15n, { ...ofEpoch, runtimeId: new Uint8Array(32) }), invalid)
    assert.throws(() => check(15n, { ...ofEpoch, keyPairId: KeyPairId.zero }), invalid)
    assert.throws(() => checkPublicKey(signed, lasting, { rsk, now: 15n }), invalid)
    for (const changed of [
      { key: X25519PublicKey.zero },
      { checksum: new Uint8Array(32) },
      { expiration: 100n },
      { expiration: undefined },
    ])
      assert.throws(
        () => checkPublicKey({ ...signed, ...changed }, ofEpoch, { rsk, now: 15n }),
        invalid,
      )
    const other = PublicKey.check(createTestSigner('node', 'other').publicKey)
    assert.throws(() => checkPublicKey(signed, ofEpoch, { rsk: other, now: 15n }), invalid)
  })
})

describe('the key manager’s word on a lasting key', () => {
  it('has no end, and needs a checksum', () => {
    const signed = signPublicKey(signer, { key, checksum }, lasting)
    assert.equal(signed.expiration, undefined)
    checkPublicKey(signed, lasting, { rsk, now: undefined })
    const invalid = refuses('invalid checksum')
    const short = new Uint8Array(30)
    assert.throws(() => signPublicKey(signer, { key, checksum: short }, lasting), invalid)
    const changed = { ...signed, checksum: short }
    assert.throws(() => checkPublicKey(changed, lasting, { rsk, now: undefined }), invalid)
  })
})
