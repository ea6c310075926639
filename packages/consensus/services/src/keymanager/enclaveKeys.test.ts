import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { sha512Trunc256 } from '@wadi/crypto/hash/sha512'
import { x25519 } from '@wadi/crypto/x25519/x25519'
import { INSECURE_RAK, INSECURE_REK } from './enclaveKeys.ts'
import { insecureRak } from './testing/testEnclaves.ts'

describe('the keys of whoever runs no enclave', () => {
  it('come from seeds that everybody knows', () => {
    assert.deepEqual(insecureRak.publicKey, INSECURE_RAK)
    const privateKey = sha512Trunc256(toUtf8('ekiden test key manager REK seed'))
    assert.deepEqual(x25519.publicKey(privateKey), INSECURE_REK)
  })
})
