import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import { arbitrary } from '@wadi/cbor/arbitrary'
import { decode, encode } from '@wadi/cbor/codec'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import { signatureRules } from '@wadi/crypto/signature/verification'
import fc from 'fast-check'
import { hashOfBytes } from './hash.ts'
import { quantity, ZERO } from './quantity.ts'
import {
  checkTransaction,
  cometHashOfTransaction,
  gasPrice,
  hashOfTransaction,
  openTransaction,
  SignedTransaction,
  signTransaction,
  Transaction,
  transactionContext,
} from './transaction.ts'

const none = new Uint8Array(0)
const rules = signatureRules(forbidKeys([]))
const chain = transactionContext('aa'.repeat(32))
const otherChain = transactionContext('bb'.repeat(32))
const signer = createTestSigner('entity', 'transaction: signer')

describe('Transaction', () => {
  it('leaves out what is not there, and keeps a null body that came', () => {
    const transaction = { nonce: 0n, fee: undefined, method: 'a.B', body: none }
    assert.equal(toHex(encode(Transaction, transaction)), 'a2656e6f6e636500666d6574686f6463612e42')
    const withNull = parseHex('a364626f6479f6656e6f6e636501666d6574686f6460')
    assert.deepEqual(encode(Transaction, decode(Transaction, withNull)), withNull)
  })

  it('keeps a fee of nothing', () => {
    const fee = { amount: ZERO, gas: 0n }
    const bytes = encode(Transaction, { nonce: 0n, fee, method: '', body: none })
    assert.equal(
      toHex(bytes),
      'a363666565a26367617300' + '66616d6f756e7440' + '656e6f6e636500' + '666d6574686f6460',
    )
  })

  it('comes back from the wire', () => {
    fc.assert(
      fc.property(arbitrary(Transaction), (transaction) => {
        assert.deepEqual(decode(Transaction, encode(Transaction, transaction)), transaction)
      }),
    )
  })

  it('needs a method', () => {
    const transaction = { nonce: 0n, fee: undefined, method: '', body: none }
    const refusal = { module: 'unknown', code: 1, reason: 'transaction.emptyMethod' }
    assert.throws(() => checkTransaction(transaction), refusal)
    checkTransaction({ ...transaction, method: 'staking.Transfer' })
  })

  it('pays for its gas by a price that is rounded down', () => {
    assert.equal(gasPrice({ amount: quantity(10n), gas: 3n }), 3n)
    assert.equal(gasPrice({ amount: quantity(2n), gas: 3n }), 0n)
    assert.equal(gasPrice({ amount: quantity(10n), gas: 0n }), 0n)
    assert.equal(gasPrice({ amount: ZERO, gas: 3n }), 0n)
  })
})

describe('SignedTransaction', () => {
  const transaction = { nonce: 2n ** 64n - 1n, fee: undefined, method: 'a.B', body: none }
  const signed = signTransaction(signer, chain, transaction)

  it('opens on its own chain only', () => {
    const { value, signer: key } = openTransaction(rules, chain, signed)
    assert.deepEqual(value, transaction)
    assert.deepEqual(key, signed.signature.publicKey)
    assert.throws(() => openTransaction(rules, otherChain, signed), {
      module: 'unknown',
      code: 1,
      reason: 'envelope.verificationFailed',
    })
  })

  it('is known to users by the hash of its encoding, to CometBFT by SHA-256 of its bytes', () => {
    const bytes = encode(SignedTransaction, signed)
    assert.deepEqual(hashOfTransaction(signed), hashOfBytes(bytes))
    const known = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    assert.equal(toHex(cometHashOfTransaction(none)), known)
    // Bytes after the envelope are ignored when it is decoded: two CometBFT hashes, one of ours.
    const longer = Uint8Array.of(...bytes, 0)
    const decoded = decode(SignedTransaction, longer)
    assert.deepEqual(hashOfTransaction(decoded), hashOfTransaction(signed))
    assert.notDeepEqual(cometHashOfTransaction(longer), cometHashOfTransaction(bytes))
  })

  it('ends in a coded error when its bytes are cut or changed anywhere', () => {
    const bytes = encode(SignedTransaction, signed)
    for (let i = 0; i < bytes.length; i++) {
      const changed = bytes.slice()
      changed[i]! ^= 0x01
      const open = (input: Uint8Array) =>
        openTransaction(rules, chain, decode(SignedTransaction, input))
      assert.throws(() => open(changed), { name: 'CodedError', module: 'unknown', code: 1 })
      assert.throws(() => open(bytes.slice(0, i)), { name: 'CodedError', module: 'unknown' })
    }
  })
})
