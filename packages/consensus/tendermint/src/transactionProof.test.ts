import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { dataHashOf, proveTransactions, verifyTransactionProof } from './transactionProof.ts'

const transactions = ['one', 'two', 'three'].map(toUtf8)

describe('a proof that a transaction is in a block', () => {
  it('verifies for that transaction and that block', () => {
    const dataHash = dataHashOf(transactions)
    const proofs = proveTransactions(transactions)
    for (const [i, proof] of proofs.entries()) {
      verifyTransactionProof(proof, dataHash, transactions[i]!)
      const other = transactions[(i + 1) % 3]!
      assert.throws(() => verifyTransactionProof(proof, dataHash, other), { code: 1 })
    }
    const elsewhere = dataHashOf(transactions.slice(1))
    assert.throws(() => verifyTransactionProof(proofs[0]!, elsewhere, transactions[0]!), {
      reason: 'merkleProof.otherRoot',
    })
  })

  it('is refused if it is no proof at all', () => {
    const dataHash = dataHashOf(transactions)
    for (const bytes of [new Uint8Array(0), Uint8Array.of(0xf6), Uint8Array.of(0xa0)]) {
      const refused = () => verifyTransactionProof(bytes, dataHash, transactions[0]!)
      assert.throws(refused, { module: 'unknown', code: 1 })
    }
  })
})
