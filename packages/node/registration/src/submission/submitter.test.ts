import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { createLogger, MemoryLog } from '@wadi/base/log'
import { SeededRandom } from '@wadi/base/random'
import { decode, make } from '@wadi/cbor/codec'
import { errors as consensusErrors, transactionErrors } from '@wadi/consensus/consensus/errors'
import { errors as registryErrors } from '@wadi/consensus/registry/errors'
import { Account, GeneralAccount } from '@wadi/consensus/staking'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import { quantity } from '@wadi/primitives/quantity'
import { type SignedTransaction, Transaction } from '@wadi/primitives/transaction'
import { SUBMISSION_MS_MAX, SUBMISSION_WAIT_MS_MAX, SUBMISSIONS_MAX } from '../limits.ts'
import { type TestAnswers, testAsk } from '../testing/testAsk.ts'
import { TestTime } from '../testing/testTime.ts'
import { Submitter } from './submitter.ts'

const signer = createTestSigner('node', 'node of the submitter')
const call = { method: 'registry.RegisterNode', body: Uint8Array.of(0xf6) }
const GAS = 1_000n

const opened = ({ untrustedRawValue }: SignedTransaction): Transaction =>
  decode(Transaction, untrustedRawValue)

function setUp(config = { gasPrice: 0n, maxFee: 0n }) {
  const time = new TestTime()
  const log = new MemoryLog()
  const submitted: Transaction[] = []
  const chain = { nonce: 5n, price: 0n }
  const answers: TestAnswers = {
    'Staking/Account': () =>
      make(Account, { general: make(GeneralAccount, { nonce: chain.nonce }) }),
    'Consensus/EstimateGas': () => GAS,
    'Consensus/MinGasPrice': () => quantity(chain.price),
    'Consensus/SubmitTx': (signed) => {
      submitted.push(opened(signed))
      chain.nonce++
      return undefined
    },
  }
  const submitter = new Submitter({
    ask: testAsk(answers),
    chainContext: 'c0'.repeat(32),
    config,
    world: {
      clock: time.clock,
      timers: time,
      random: new SeededRandom(7n),
      log: createLogger('submission', log.sink),
    },
  })
  return { time, log, submitted, chain, answers, submitter }
}

/** Answers with failures before it answers well. */
function failing(setup: ReturnType<typeof setUp>, ...failures: readonly Error[]) {
  const { answers } = setup
  const good = answers['Consensus/SubmitTx']!
  const left = [...failures]
  const tried: bigint[] = []
  answers['Consensus/SubmitTx'] = (signed, signal) => {
    tried.push(opened(signed).nonce)
    const failure = left.shift()
    if (failure !== undefined) throw failure
    return good(signed, signal)
  }
  return tried
}

describe('submitting', () => {
  it('fills in nonce, gas and fee, and asks for the nonce only once', async () => {
    const setup = setUp({ gasPrice: 2n, maxFee: 2_000n })
    let asked = 0
    const { 'Staking/Account': account } = setup.answers
    setup.answers['Staking/Account'] = (question, signal) => {
      asked++
      return account!(question, signal)
    }
    await setup.submitter.submit(signer, call)
    await setup.submitter.submit(signer, call)
    assert.deepEqual(
      setup.submitted.map(({ nonce, fee, method }) => [nonce, fee, method]),
      [
        [5n, { gas: GAS, amount: 2_000n }, call.method],
        [6n, { gas: GAS, amount: 2_000n }, call.method],
      ],
    )
    assert.equal(asked, 1)
  })

  it('brings a proof of where the transaction is, if that is wanted', async () => {
    const { submitter, submitted, answers, time } = setUp()
    const proof = { height: 7n, rawProof: Uint8Array.of(1) }
    answers['Consensus/SubmitTxWithProof'] = () => {
      answers['Consensus/SubmitTxWithProof'] = (signed) => {
        submitted.push(opened(signed))
        return proof
      }
      throw new UnavailableError('test.busy', 'not now')
    }
    const proved = submitter.submitProved(signer, call)
    await time.advance(SUBMISSION_WAIT_MS_MAX)
    assert.deepEqual((await proved).proof, proof)
    assert.deepEqual(opened((await proved).signedTx), submitted[0])
  })

  it('pays what the network asks if that is more, and what it asked last if it does not say', async () => {
    const { submitter, chain, answers, submitted } = setUp({ gasPrice: 2n, maxFee: 0n })
    chain.price = 3n
    await submitter.submit(signer, call)
    answers['Consensus/MinGasPrice'] = () => {
      throw consensusErrors.noCommittedBlocks()
    }
    await submitter.submit(signer, call)
    assert.deepEqual(
      submitted.map(({ fee }) => fee?.amount),
      [3_000n, 3_000n],
    )
  })

  it('does not pay more than the bound, but would if the price fell in time', async () => {
    const { submitter, chain, submitted, time } = setUp({ gasPrice: 0n, maxFee: 3_000n })
    chain.price = 4n
    const first = assert.rejects(submitter.submit(signer, call), {
      reason: 'submission.feeTooHigh',
    })
    await time.advance(SUBMISSION_MS_MAX)
    await first
    assert.equal(submitted.length, 0)
    const second = submitter.submit(signer, call)
    await time.advance(SUBMISSION_WAIT_MS_MAX)
    chain.price = 3n
    await time.advance(SUBMISSION_WAIT_MS_MAX * 2)
    await second
    assert.deepEqual([submitted[0]?.nonce, submitted[0]?.fee?.amount], [5n, 3_000n])
  })

  const passing = [
    transactionErrors.invalidNonce(),
    transactionErrors.upgradePending(),
    new CodedError('unknown', 1, 'cometbft.mempool', 'cometbft: mempool is full'),
    new CodedError('unknown', 1, 'nodeApi.evicted', 'evicted'),
    new UnavailableError('storage.io', 'a disk'),
  ]
  for (const failure of passing) {
    it(`tries again with the nonce of the chain after "${failure.message}"`, async () => {
      const setup = setUp()
      const tried = failing(setup, failure, failure)
      const done = setup.submitter.submit(signer, call)
      await setup.time.advance(0)
      assert.deepEqual(tried, [5n])
      setup.chain.nonce = 9n
      await setup.time.advance(SUBMISSION_WAIT_MS_MAX)
      await done
      assert.deepEqual(tried, [5n, 9n, 9n])
      assert.equal(setup.submitter.underWay, 0)
    })
  }

  it('gives up at once where nothing will change, and takes the nonce again', async () => {
    const setup = setUp()
    const tried = failing(setup, registryErrors.forbidden())
    await assert.rejects(setup.submitter.submit(signer, call), { module: 'registry', code: 16 })
    await setup.submitter.submit(signer, call)
    assert.deepEqual(tried, [5n, 5n])
    assert.equal(setup.time.pending, 0)
  })

  it('gives up in the end what never passes, with the last reason', async () => {
    const setup = setUp()
    const tried = failing(
      setup,
      ...Array.from({ length: 100 }, () => transactionErrors.invalidNonce()),
    )
    const failed = assert.rejects(setup.submitter.submit(signer, call), {
      module: 'consensus/transaction',
      code: 1,
    })
    await setup.time.advance(SUBMISSION_MS_MAX)
    await failed
    assert.ok(tried.length >= 8 && tried.length <= 25, `${tried.length}`)
  })

  it('never has one nonce twice on its way', async () => {
    const setup = setUp()
    const { submitter, answers, time } = setup
    const open: { nonce: bigint; settle: () => void }[] = []
    answers['Consensus/SubmitTx'] = (signed) => {
      const { nonce } = opened(signed)
      assert.ok(open.every((one) => one.nonce !== nonce))
      return new Promise((resolve) => {
        open.push({ nonce, settle: () => resolve(undefined) })
      })
    }
    const all = Array.from({ length: SUBMISSIONS_MAX }, () => submitter.submit(signer, call))
    await time.settle()
    assert.equal(open.length, SUBMISSIONS_MAX)
    await assert.rejects(submitter.submit(signer, call), { reason: 'submission.full' })
    for (const { settle } of open) settle()
    await Promise.all(all)
    assert.equal(submitter.underWay, 0)
  })

  it('ends when it is not wanted any more, while it waits and while it is asked', async () => {
    const setup = setUp()
    failing(setup, transactionErrors.invalidNonce())
    const waiting = new AbortController()
    const first = assert.rejects(setup.submitter.submit(signer, call, waiting.signal), {
      reason: 'asked.aborted',
    })
    await setup.time.settle()
    waiting.abort()
    await first
    assert.equal(setup.time.pending, 0)
    const asking = new AbortController()
    setup.answers['Consensus/SubmitTx'] = (_, signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(new UnavailableError('grpc.canceled', 'x')))
      })
    const second = assert.rejects(setup.submitter.submit(signer, call, asking.signal), {
      reason: 'grpc.canceled',
    })
    await setup.time.settle()
    asking.abort()
    await second
    assert.equal(setup.time.pending, 0)
  })
})
