import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decode } from '@wadi/cbor/codec'
import type { ExecutorCommitment } from '@wadi/consensus/roothash/commitments'
import { ExecutorCommit } from '@wadi/consensus/roothash/methods'
import { publicKeyOfSeed } from '@wadi/crypto/ed25519/sign'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { testSeed } from '@wadi/crypto/signature/memorySigner'
import { signatureRules } from '@wadi/crypto/signature/verification'
import { PublicKey } from '@wadi/primitives/publicKey'
import { SignedTransaction, Transaction } from '@wadi/primitives/transaction'
import {
  checkCommitment,
  isSignedByRak,
  type RuntimeSignatures,
  verifyCommitmentSignature,
} from '@wadi/runtime-protocol/commitments/executorCommitment'
import '../src/coverage.ts'
import { contextOfChain } from '../src/recordedChain.ts'
import { blockOfRecord, type RecordedBlock } from '../src/records.ts'
import { hasVector, listChains, readNdjson } from '../src/vectors.ts'

/** The key of everything that pretends to be an enclave. Spec: runtime-layer.md 2.2. */
const INSECURE_RAK = PublicKey.check(
  publicKeyOfSeed(testSeed('ekiden test key manager RAK seed').reveal()),
)

// Test networks sign with test keys, so here nobody is forbidden to.
const rules = signatureRules(forbidKeys())

function* commitTransactions(block: RecordedBlock): Generator<ExecutorCommit> {
  for (const bytes of blockOfRecord(block).transactions) {
    const { untrustedRawValue } = decode(SignedTransaction, bytes)
    const { method, body } = decode(Transaction, untrustedRawValue)
    if (method === 'roothash.ExecutorCommit') yield decode(ExecutorCommit, body)
  }
}

function checkOne(signatures: RuntimeSignatures, commitment: ExecutorCommitment): void {
  verifyCommitmentSignature(signatures, commitment)
  checkCommitment(commitment)
  const { header } = commitment
  if (header.rakSig !== undefined) assert.ok(isSignedByRak(rules, header, INSECURE_RAK))
}

describe('executor commitments', () => {
  for (const chain of listChains()) {
    if (!hasVector(`chains/${chain}/rounds.ndjson.gz`)) continue
    it(`${chain}: all are well formed and signed, by the node and by its pretended enclave`, () => {
      const chainContext = contextOfChain(chain)
      let count = 0
      for (const block of readNdjson<RecordedBlock>(`chains/${chain}/blocks.ndjson.gz`)) {
        for (const { id: runtimeId, commits = [] } of commitTransactions(block)) {
          for (const commitment of commits) checkOne({ rules, chainContext, runtimeId }, commitment)
          count += commits.length
        }
      }
      assert.notEqual(count, 0)
    })
  }
})
