import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { forbidKeys, TEST_PUBLIC_KEYS } from './forbiddenKeys.ts'
import { createTestSigner } from './memorySigner.ts'

const key = (...first: readonly number[]): Uint8Array => {
  const bytes = new Uint8Array(32)
  bytes.set(first)
  return bytes
}

describe('forbidden keys', () => {
  it('are those of all lists and no others', () => {
    const forbidden = forbidKeys([key(1), key(1, 0, 0, 0, 1)], TEST_PUBLIC_KEYS)
    assert.ok(forbidden.has(key(1)))
    assert.ok(forbidden.has(key(1, 0, 0, 0, 1)))
    assert.ok(forbidden.has(TEST_PUBLIC_KEYS[0]!))
    assert.equal(forbidden.has(key(1, 0, 0, 0, 2)), false)
    assert.equal(forbidden.has(key(2)), false)
    assert.equal(forbidKeys().has(key()), false)
  })

  it('may not be given twice, nor be something else than a key', () => {
    assert.throws(() => forbidKeys([key(1)], [key(1)]), { reason: 'signature.forbiddenTwice' })
    assert.throws(() => forbidKeys([new Uint8Array(31)]), {
      reason: 'signature.malformedPublicKey',
    })
  })

  it('know the keys of all seeds that are known', () => {
    const names = [
      'ekiden test entity key seed',
      '__e2e-test-migration-entity',
      'oasis-core epochtime mock key seed',
      'ekiden test key manager RAK seed',
      'ekiden key manager test multisig key 0',
      'ekiden key manager test multisig key 1',
      'ekiden key manager test multisig key 2',
    ]
    const keys = names.map((name) => createTestSigner('entity', name).publicKey)
    assert.deepEqual(keys, TEST_PUBLIC_KEYS.slice(0, names.length))
    assert.equal(TEST_PUBLIC_KEYS.length, names.length + 1)
  })
})
