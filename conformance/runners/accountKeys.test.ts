import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import { deriveAccountKey, seedOfMnemonic } from '@wadi/client-keys/accountKey'
import { checkMnemonic } from '@wadi/client-keys/mnemonic'
import { publicKeyOfSeed } from '@wadi/crypto/ed25519/sign'
import { printAddress, stakingAddress } from '@wadi/primitives/address'
import { PublicKey } from '@wadi/primitives/publicKey'
import '../src/coverage.ts'
import { hasVector, readJson } from '../src/vectors.ts'

interface AccountVector {
  readonly bip32_path: string
  /** Seed and public key. */
  readonly private_key: string
  readonly public_key: string
  readonly address: string
}

interface MnemonicVector {
  readonly kind: string
  readonly bip39_mnemonic: string
  readonly bip39_passphrase: string
  readonly bip39_seed: string
  readonly oasis_accounts: readonly AccountVector[]
}

const VECTORS = 'adr-0008/adr-0008-vectors.json'

function accountIndex(path: string): number {
  const match = /^m\/44'\/474'\/(\d+)'$/.exec(path)
  assert.ok(match, path)
  return Number(match[1])
}

describe('account keys (ADR 8)', () => {
  const vectors = hasVector(VECTORS) ? readJson<MnemonicVector[]>(VECTORS) : []
  for (const [i, vector] of vectors.entries()) {
    it(`case ${i + 1}, ${vector.kind}: seed, keys and addresses`, () => {
      assert.deepEqual(checkMnemonic(vector.bip39_mnemonic), { kind: 'good' })
      const seed = seedOfMnemonic(vector.bip39_mnemonic, vector.bip39_passphrase)
      assert.equal(toHex(seed), vector.bip39_seed)
      for (const account of vector.oasis_accounts) {
        const key = deriveAccountKey(seed, accountIndex(account.bip32_path))
        const publicKey = publicKeyOfSeed(key)
        assert.equal(toHex(key) + toHex(publicKey), account.private_key)
        assert.deepEqual(publicKey, parseHex(account.public_key))
        const address = printAddress(stakingAddress(PublicKey.check(publicKey)))
        assert.equal(address, account.address)
      }
    })
  }
})
