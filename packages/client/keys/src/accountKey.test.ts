import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { ACCOUNT_INDEX_MAX, deriveAccountKey, seedOfMnemonic } from './accountKey.ts'

describe('account keys (ADR 8)', () => {
  it('stretches the words of BIP-39 with the passphrase as salt', () => {
    // trezor/python-mnemonic vectors.json (MIT), first English case.
    const words = `${'abandon '.repeat(11)}about`
    assert.equal(
      toHex(seedOfMnemonic(words, 'TREZOR')),
      'c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495531f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04',
    )
    assert.notDeepEqual(seedOfMnemonic(words), seedOfMnemonic(words, 'TREZOR'))
  })

  it('treats composed and decomposed letters of a passphrase alike', () => {
    assert.deepEqual(seedOfMnemonic('words', 'é'), seedOfMnemonic('words', 'e\u0301'))
  })

  it('gives every account number its own key, up to the largest hardened one', () => {
    const seed = seedOfMnemonic('words')
    assert.notDeepEqual(deriveAccountKey(seed, 0), deriveAccountKey(seed, 1))
    assert.equal(deriveAccountKey(seed, ACCOUNT_INDEX_MAX).length, 32)
    assert.throws(() => deriveAccountKey(seed, ACCOUNT_INDEX_MAX + 1), { name: 'BugError' })
    assert.throws(() => deriveAccountKey(seed, -1), { name: 'BugError' })
  })
})
