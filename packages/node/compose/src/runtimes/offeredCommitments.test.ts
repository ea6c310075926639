import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { encode, make } from '@wadi/cbor/codec'
import { ExecutorCommitment } from '@wadi/consensus/roothash/commitments'
import { ExecutorCommit } from '@wadi/consensus/roothash/methods'
import { createMemorySigner, testSeed } from '@wadi/crypto/signature/memorySigner'
import type { Signer } from '@wadi/crypto/signature/signer'
import { testNamespace } from '@wadi/primitives/namespace'
import { PublicKey } from '@wadi/primitives/publicKey'
import {
  SignedTransaction,
  signTransaction,
  Transaction,
  transactionContext,
} from '@wadi/primitives/transaction'
import { offeredCommitments } from './offeredCommitments.ts'

const [alice, bob] = ['alice', 'bob'].map((name) => createMemorySigner('node', testSeed(name))) as [
  Signer,
  Signer,
]
const commits = [alice, bob].map((signer) => {
  return make(ExecutorCommitment, { nodeId: PublicKey.check(signer.publicKey) })
})
const commit = { id: testNamespace(toUtf8('a runtime')), commits }

function transactionOf(method: string): Uint8Array {
  const context = transactionContext('c0'.repeat(32))
  const transaction = make(Transaction, { method, body: encode(ExecutorCommit, commit) })
  return encode(SignedTransaction, signTransaction(alice, context, transaction))
}

describe('commitments in a transaction that waits', () => {
  it('are those of its runtime, in their order', () => {
    assert.deepEqual(offeredCommitments(transactionOf('roothash.ExecutorCommit')), commit)
  })

  it('are none in a call of something else, whatever its body looks like', () => {
    assert.equal(offeredCommitments(transactionOf('roothash.Evidence')), undefined)
  })
})
