import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLogger, MemoryLog } from '@wadi/base/log'
import { SeededRandom } from '@wadi/base/random'
import { decode, make } from '@wadi/cbor/codec'
import { VrfState } from '@wadi/consensus/beacon'
import { VrfProve } from '@wadi/consensus/beacon/methods'
import { transactionErrors } from '@wadi/consensus/consensus/errors'
import { errors as registryErrors } from '@wadi/consensus/registry/errors'
import { Account } from '@wadi/consensus/staking'
import { createMemoryVrfSigner, testSeed } from '@wadi/crypto/signature/memorySigner'
import { verifyProof } from '@wadi/crypto/vrf/vrf'
import { Node } from '@wadi/primitives/node'
import { quantity } from '@wadi/primitives/quantity'
import { type SignedTransaction, Transaction } from '@wadi/primitives/transaction'
import { PROOF_WAIT_MS_MAX } from '../limits.ts'
import { Submitter } from '../submission/submitter.ts'
import { type TestAnswers, testAsk } from '../testing/testAsk.ts'
import { testSigners } from '../testing/testNode.ts'
import { TestTime } from '../testing/testTime.ts'
import { createVrfProver } from './vrfProver.ts'

const ALPHA = Uint8Array.of(1, 2, 3)
const vrf = createMemoryVrfSigner(testSeed('vrf'))

/** A node, and a beacon that takes what a test says. */
class Proving {
  readonly time = new TestTime()
  readonly log = new MemoryLog()
  readonly fatal: unknown[] = []
  readonly taken: VrfProve[] = []
  isRegistered = true
  refusal: Error | undefined
  round: VrfState | undefined = make(VrfState, { epoch: 5n, alpha: ALPHA, submitAfter: 10n })
  readonly answers: TestAnswers = {
    'NodeController/WaitSync': () => undefined,
    'Registry/GetNode': () => {
      if (!this.isRegistered) throw registryErrors.noSuchNode()
      return make(Node, {})
    },
    'Staking/Account': () => make(Account, {}),
    'Consensus/MinGasPrice': () => quantity(0n),
    'Consensus/EstimateGas': () => 1_000n,
    'Consensus/SubmitTx': (signed) => this.#take(signed),
  }
  readonly prover = this.#open()

  async applied(height: bigint): Promise<void> {
    this.prover.applied(height)
    await this.time.settle()
  }

  async start(): Promise<this> {
    this.prover.start()
    await this.time.settle()
    return this
  }

  #open() {
    const { time, answers } = this
    const log = createLogger('registration', this.log.sink)
    const world = { clock: time.clock, timers: time, random: new SeededRandom(3n), log }
    const ask = testAsk(answers)
    const config = { gasPrice: 0n, maxFee: 0n }
    return createVrfProver({
      ask,
      submitter: new Submitter({ ask, chainContext: 'c0'.repeat(32), config, world }),
      signers: { node: testSigners.node, vrf },
      round: () => this.round,
      world,
      onFatal: (error) => this.fatal.push(error),
    })
  }

  #take({ untrustedRawValue }: SignedTransaction): undefined {
    if (this.refusal !== undefined) throw this.refusal
    const { method, body } = decode(Transaction, untrustedRawValue)
    assert.equal(method, 'beacon.VRFProve')
    this.taken.push(decode(VrfProve, body))
    return undefined
  }
}

describe('a node that proves its randomness', () => {
  it('proves the alpha of the epoch, once', async () => {
    const proving = await new Proving().start()
    await proving.applied(9n)
    assert.equal(proving.taken.length, 0)
    for (let height = 10n; height < 15n; height++) await proving.applied(height)
    assert.equal(proving.taken.length, 1)
    const [{ epoch, pi }] = proving.taken as [VrfProve]
    assert.equal(epoch, 5n)
    assert.ok(verifyProof(vrf.publicKey, ALPHA, pi!) !== undefined)
    proving.round = make(VrfState, { epoch: 6n, alpha: ALPHA, submitAfter: 14n })
    await proving.applied(15n)
    assert.deepEqual(
      proving.taken.map(({ epoch: number }) => number),
      [5n, 6n],
    )
  })

  it('does nothing where the beacon asks for no proofs', async () => {
    const proving = new Proving()
    proving.round = undefined
    await proving.start()
    await proving.applied(100n)
    assert.deepEqual([proving.taken, proving.fatal], [[], []])
  })

  it('waits until it has caught up', async () => {
    const proving = new Proving()
    const synced = Promise.withResolvers<undefined>()
    proving.answers['NodeController/WaitSync'] = () => synced.promise
    await proving.start()
    await proving.applied(20n)
    assert.equal(proving.taken.length, 0)
    synced.resolve(undefined)
    await proving.time.settle()
    assert.equal(proving.taken.length, 1)
  })

  it('waits until it is registered', async () => {
    const proving = await new Proving().start()
    proving.isRegistered = false
    await proving.applied(20n)
    assert.equal(proving.taken.length, 0)
    proving.isRegistered = true
    await proving.applied(21n)
    assert.equal(proving.taken.length, 1)
  })

  it('tries again when it is refused, until the epoch ends', async () => {
    const proving = await new Proving().start()
    proving.refusal = transactionErrors.insufficientFeeBalance()
    await proving.applied(20n)
    assert.equal(proving.time.pending, 1)
    assert.equal(proving.log.records.at(-1)?.level, 'warn')
    proving.refusal = undefined
    await proving.time.advance(PROOF_WAIT_MS_MAX)
    assert.equal(proving.taken.length, 1)

    proving.round = make(VrfState, { epoch: 6n, alpha: ALPHA, submitAfter: 20n })
    proving.refusal = transactionErrors.insufficientFeeBalance()
    await proving.applied(21n)
    assert.equal(proving.time.pending, 1)
    proving.round = make(VrfState, { epoch: 7n, alpha: ALPHA, submitAfter: 99n })
    await proving.applied(22n)
    assert.equal(proving.time.pending, 0)
    assert.equal(proving.taken.length, 1)
  })

  it('leaves a proof that is on its way when the epoch ends, or the node stops', async () => {
    const proving = await new Proving().start()
    const signals: (AbortSignal | undefined)[] = []
    proving.answers['Consensus/SubmitTx'] = (_, signal) => {
      signals.push(signal)
      return new Promise(() => undefined)
    }
    await proving.applied(20n)
    proving.round = make(VrfState, { epoch: 6n, alpha: ALPHA, submitAfter: 20n })
    await proving.applied(21n)
    assert.deepEqual(
      signals.map((signal) => signal?.aborted),
      [true, false],
    )
    proving.prover.stop()
    assert.equal(signals[1]?.aborted, true)
  })
})
