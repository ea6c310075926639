import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { equalBytes, parseBase64 } from '@wadi/base/bytes'
import { publicKeyOfSeed } from '@wadi/crypto/ed25519/sign'
import { printAddress, stakingAddress } from '@wadi/primitives/address'
import { PublicKey } from '@wadi/primitives/publicKey'
import { ACCOUNTS, localAccounts, localPrivateKey } from './accounts.ts'

describe('the accounts of a local network', () => {
  it('are the same everywhere, and their private keys are theirs', () => {
    const accounts = localAccounts()
    assert.equal(accounts.length, ACCOUNTS + 1)
    // As wallets derive it from these words.
    const first = 'oasis1qqx0wgxjwlw3jwatuwqj6582hdm9rjs4pcnvzz66'
    assert.equal(printAddress(accounts[0]!.address), first)
    for (const [i, { address }] of accounts.entries()) {
      const key = parseBase64(localPrivateKey(i))
      const publicKey = PublicKey.check(publicKeyOfSeed(key.subarray(0, 32)))
      assert.deepEqual(stakingAddress(publicKey), address)
      assert.ok(key.length === 64 && equalBytes(key.subarray(32), publicKey))
    }
  })
})
