import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, toUtf8 } from '@wadi/base/bytes'
import { signMessage } from '@wadi/crypto/ed25519/sign'
import { sha512Trunc256 } from '@wadi/crypto/hash/sha512'
import { oasisDialect, stockDialect } from './dialect.ts'
import { testKey } from './testing/signedChain.ts'

const key = testKey(1)
const message = toUtf8('message')

describe('a dialect of signatures', () => {
  for (const dialect of [oasisDialect, stockDialect])
    it(`${dialect.name}: accepts what was signed with it, one by one and together`, () => {
      const signature = signMessage(key, dialect.prehash(message))
      const good = { publicKey: key.publicKey, message, signature }
      const bad = { ...good, message: toUtf8('other') }
      assert.deepEqual([dialect.verify(good), dialect.verify(bad)], [true, false])
      assert.deepEqual(dialect.verifyAll([good, bad, good]), [true, false, true])
      const malformed = { ...good, signature: signature.subarray(1) }
      assert.deepEqual(dialect.verifyAll([malformed]), [false])
    })

  it('is not another one', () => {
    for (const [signer, verifier] of [
      [oasisDialect, stockDialect],
      [stockDialect, oasisDialect],
    ] as const) {
      const signature = signMessage(key, signer.prehash(message))
      assert.equal(verifier.verify({ publicKey: key.publicKey, message, signature }), false)
    }
  })

  it('puts a context before the message and hashes both, or does nothing', () => {
    const hashed = sha512Trunc256(concatBytes(toUtf8('oasis-core/tendermint'), message))
    assert.deepEqual(oasisDialect.prehash(message), hashed)
    assert.equal(stockDialect.prehash(message), message)
  })
})
