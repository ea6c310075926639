import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode, make } from '@wadi/cbor/codec'
import { kernelEd25519 } from '@wadi/crypto/ed25519/provider'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import {
  SignedTransaction,
  signTransaction,
  Transaction,
  transactionContext,
} from '@wadi/primitives/transaction'
import { VALID_TRANSACTIONS_MAX } from '../limits.ts'
import { TransactionOpener } from './signatures.ts'

const CHAIN = 'chain'
const signer = createTestSigner('entity', 'signer')

function signed(nonce: bigint): SignedTransaction {
  const transaction = make(Transaction, { nonce, method: 'staking.Burn' })
  return signTransaction(signer, transactionContext(CHAIN), transaction)
}

/** A transaction, and the same with a signature that is not valid. */
const good = (nonce: bigint) => encode(SignedTransaction, signed(nonce))
const bad = (nonce: bigint) => {
  const { signature, untrustedRawValue } = signed(nonce)
  const { publicKey } = signature
  const wrong = { publicKey, signature: signed(nonce + 1n).signature.signature }
  return encode(SignedTransaction, { untrustedRawValue, signature: wrong })
}

/** An opener, and how many signatures were verified so far. */
function counting(verify: 'really' | 'never' = 'really') {
  const verified = { count: 0 }
  const rules = {
    forbidden: forbidKeys(),
    provider: {
      ...kernelEd25519,
      verifySignature: (one: Parameters<typeof kernelEd25519.verifySignature>[0]) => {
        verified.count++
        return verify === 'never' || kernelEd25519.verifySignature(one)
      },
      verifySignatures: (many: Parameters<typeof kernelEd25519.verifySignatures>[0]) => {
        verified.count += many.length
        return kernelEd25519.verifySignatures(many)
      },
    },
  }
  return { opener: new TransactionOpener(rules, CHAIN), verified }
}

describe('opening transactions', () => {
  it('verifies what was taken in once, also when it comes as other bytes', () => {
    const { opener, verified } = counting()
    const first = opener.openRemembering(good(1n))
    assert.deepEqual(opener.openRemembering(good(1n)), first)
    const block = [good(1n), good(2n)]
    opener.announce(block)
    assert.deepEqual(
      block.map((raw) => opener.open(raw).transaction.nonce),
      [1n, 2n],
    )
    assert.equal(verified.count, 2)
  })

  it('does not remember what is not valid, nor other content by the same signer', () => {
    const { opener } = counting()
    const reason = 'envelope.verificationFailed'
    opener.openRemembering(good(1n))
    for (let i = 0; i < 2; i++) assert.throws(() => opener.openRemembering(bad(1n)), { reason })
    const block = [bad(1n), good(1n), bad(2n)]
    opener.announce(block)
    assert.throws(() => opener.open(block[0]!), { reason })
    assert.equal(opener.open(block[1]!).transaction.nonce, 1n)
    assert.throws(() => opener.open(block[2]!), { reason })
  })

  it('remembers VALID_TRANSACTIONS_MAX of them, and then forgets the oldest', () => {
    const { opener, verified } = counting('never')
    const { signature } = signed(0n)
    const numbered = (nonce: number) => {
      const body = encode(Transaction, make(Transaction, { nonce: BigInt(nonce), method: 'm' }))
      return encode(SignedTransaction, { untrustedRawValue: body, signature })
    }
    for (let i = 0; i <= VALID_TRANSACTIONS_MAX; i++) opener.openRemembering(numbered(i))
    const { count } = verified
    opener.openRemembering(numbered(1))
    assert.equal(verified.count, count)
    opener.openRemembering(numbered(0))
    assert.equal(verified.count, count + 1)
  })
})
