import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decode } from '@wadi/cbor/codec'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { checkSignatures, signatureRules } from '@wadi/crypto/signature/verification'
import {
  openTransaction,
  SignedTransaction,
  transactionContext,
} from '@wadi/primitives/transaction'
import '../src/coverage.ts'
import { blockOfRecord, bytesOfBase64, type RecordedBlock } from '../src/records.ts'
import { hasVector, listChains, readJson, readNdjson } from '../src/vectors.ts'

/** Spec: consensus.md 1.13. */
const MAINNET_CONTEXT = 'bb3d748def55bdfb797a2ac53ee6ee141e54cd2ab2dc2375f4a0703a178e6e55'
const MAINNET = 'mainnet-25300000/txs_25300000.json'
const KEY_CHAIN_CONTEXT = 'F0'

// Test networks sign with test keys, so here nobody is forbidden to.
const rules = signatureRules(forbidKeys())

function checkTransactions(rawTransactions: readonly Uint8Array[], chainContext: string): void {
  const context = transactionContext(chainContext)
  const signed = rawTransactions.map((bytes) => decode(SignedTransaction, bytes))
  const verdicts = checkSignatures(
    rules,
    signed.map(({ untrustedRawValue, signature }) => ({
      context,
      message: untrustedRawValue ?? new Uint8Array(0),
      publicKey: signature.publicKey,
      signature: signature.signature,
    })),
  )
  const refused = verdicts.flatMap((isValid, i) => (isValid ? [] : [i]))
  assert.deepEqual(refused, [])
  assert.notEqual(signed.length, 0)
}

function chainContextOf(block: RecordedBlock): string {
  const pair = block.state_diff?.find(
    ([key]) => Buffer.from(key, 'base64').toString('hex').toUpperCase() === KEY_CHAIN_CONTEXT,
  )
  assert.ok(pair?.[1], 'the first block writes the chain context')
  return Buffer.from(pair[1], 'base64').toString('latin1')
}

describe('transaction signatures', () => {
  if (hasVector(MAINNET))
    it('mainnet 25,300,000: all of them verify, for this chain only', () => {
      const transactions = readJson<string[]>(MAINNET).map(bytesOfBase64)
      assert.equal(transactions.length, 27)
      checkTransactions(transactions, MAINNET_CONTEXT)
      for (const bytes of transactions) {
        const signed = decode(SignedTransaction, bytes)
        const opened = openTransaction(rules, transactionContext(MAINNET_CONTEXT), signed)
        assert.notEqual(opened.value.method, '')
        const elsewhere = transactionContext('0'.repeat(64))
        assert.throws(() => openTransaction(rules, elsewhere, signed), { name: 'CodedError' })
      }
    })

  for (const chain of listChains()) {
    it(`${chain}: all of them verify`, () => {
      let context: string | undefined
      const transactions: Uint8Array[] = []
      for (const block of readNdjson<RecordedBlock>(`chains/${chain}/blocks.ndjson.gz`)) {
        context ??= chainContextOf(block)
        transactions.push(...blockOfRecord(block).transactions)
      }
      checkTransactions(transactions, context ?? '')
    })
  }
})
