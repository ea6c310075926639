import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CodedError } from '@wadi/base/errors'
import { encode, make } from '@wadi/cbor/codec'
import { SignedTransaction } from '@wadi/primitives/transaction'
import { dataHashOf, verifyTransactionProof } from '@wadi/tendermint/transactionProof'
import type { SubmittedFate } from './chainSource.ts'
import { Submissions } from './submissions.ts'
import { GOOD_RESULT, TestChain } from './testing/testChain.ts'
import { TAKEN_IN, testLive } from './testing/testFacts.ts'

function transaction(number: number): SignedTransaction {
  return make(SignedTransaction, { untrustedRawValue: Uint8Array.of(number) })
}

/** A chain whose mempool takes everything in, and whose test decides what becomes of it. */
function setUp() {
  const chain = new TestChain()
  chain.add()
  const pool: { raw: Uint8Array; onFate?: ((fate: SubmittedFate) => void) | undefined }[] = []
  chain.live = testLive({
    checkTx: (raw, { onFate }) => {
      pool.push({ raw, onFate })
      return TAKEN_IN
    },
  })
  return { chain, pool, submissions: new Submissions(chain) }
}

const failed = { ...GOOD_RESULT, code: 3, codespace: 'staking', log: 'staking: too poor: you' }
const refusal = { module: 'staking', code: 3, message: failed.log }

describe('submitting', () => {
  it('without waiting is done when the mempool has the transaction', () => {
    const { pool, submissions } = setUp()
    submissions.submitNoWait(transaction(1))
    assert.deepEqual(pool, [{ raw: encode(SignedTransaction, transaction(1)), onFate: undefined }])
  })

  it('is done when the transaction is in a block, with the proof of that', async () => {
    const { chain, pool, submissions } = setUp()
    const submitted = [1, 2, 3].map((n) => submissions.submitWithProof(transaction(n)))
    const transactions = pool.map(({ raw }) => raw)
    const height = chain.add({ transactions })
    for (const { onFate } of pool) onFate!({ kind: 'committed', height, result: GOOD_RESULT })
    for (const [i, proof] of (await Promise.all(submitted)).entries()) {
      assert.equal(proof.height, height)
      verifyTransactionProof(proof.rawProof!, dataHashOf(transactions), transactions[i]!)
    }
  })

  it('fails as the transaction failed in its block, or when it was checked again', async () => {
    const { pool, submissions } = setUp()
    const inBlock = submissions.submit(transaction(1))
    const again = submissions.submit(transaction(2))
    pool[0]!.onFate!({ kind: 'committed', height: 1n, result: failed })
    pool[1]!.onFate!({ kind: 'rejected', response: { ...TAKEN_IN.response, ...failed } })
    await assert.rejects(inBlock, refusal)
    await assert.rejects(again, refusal)
  })

  it('fails when the mempool gives the transaction up', async () => {
    const { pool, submissions } = setUp()
    const evicted = submissions.submit(transaction(1))
    pool[0]!.onFate!({ kind: 'evicted' })
    await assert.rejects(evicted, { reason: 'nodeApi.evicted' })
  })

  it('of what somebody waits for already is a duplicate', async () => {
    const { pool, submissions } = setUp()
    const first = submissions.submit(transaction(1))
    const duplicate = { module: 'consensus', code: 5, message: 'consensus: duplicate transaction' }
    await assert.rejects(submissions.submit(transaction(1)), duplicate)
    pool[0]!.onFate!({ kind: 'committed', height: 1n, result: GOOD_RESULT })
    assert.equal(await first, 1n)
  })

  it('fails as the check failed, coded as the application told it', async () => {
    const { chain, submissions } = setUp()
    chain.live = testLive({
      checkTx: () => ({ ...TAKEN_IN, response: { ...TAKEN_IN.response, ...failed } }),
    })
    assert.throws(() => submissions.submitNoWait(transaction(1)), refusal)
    await assert.rejects(submissions.submit(transaction(1)), refusal)
  })

  it('says why the mempool does not even look', () => {
    const { chain, submissions } = setUp()
    const cases = [
      ['mempool.inCache', 'consensus: duplicate transaction'],
      ['mempool.tooLarge', 'cometbft: failed to submit to local mempool: why'],
    ] as const
    for (const [reason, message] of cases) {
      const checkTx = () => {
        throw new CodedError('unknown', 1, reason, 'why')
      }
      chain.live = testLive({ checkTx })
      assert.throws(() => submissions.submitNoWait(transaction(1)), { message })
    }
    chain.live = testLive({ checkTx: () => ({ ...TAKEN_IN, notAdded: 'the mempool is full' }) })
    assert.throws(() => submissions.submitNoWait(transaction(1)), {
      message: 'cometbft: failed to submit to local mempool: the mempool is full',
    })
  })

  it('is over when nobody waits any more, whatever becomes of it then', async () => {
    const { pool, submissions } = setUp()
    const asker = new AbortController()
    const waiting = submissions.submit(transaction(1), asker.signal)
    asker.abort()
    await assert.rejects(waiting, { reason: 'grpc.canceled' })
    pool[0]!.onFate!({ kind: 'committed', height: 1n, result: GOOD_RESULT })
  })

  it('is not supported in an archive', async () => {
    const { chain, submissions } = setUp()
    chain.live = undefined
    const unsupported = { module: 'consensus', code: 4, message: 'consensus: method not supported' }
    assert.throws(() => submissions.submitNoWait(transaction(1)), unsupported)
    await assert.rejects(submissions.submit(transaction(1)), unsupported)
  })
})
