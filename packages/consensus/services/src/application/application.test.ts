import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EMPTY_BYTES, toHex } from '@wadi/base/bytes'
import { BugError, UnavailableError } from '@wadi/base/errors'
import { encode } from '@wadi/cbor/codec'
import { BlockMetadata } from '@wadi/consensus/consensus/methods'
import { stakingAddress } from '@wadi/primitives/address'
import { Hash } from '@wadi/primitives/hash'
import { PublicKey } from '@wadi/primitives/publicKey'
import { quantity } from '@wadi/primitives/quantity'
import { Transaction } from '@wadi/primitives/transaction'
import type { Context } from '../kernel/context.ts'
import type { Service } from '../kernel/service.ts'
import { accountOf } from '../staking/queries.ts'
import {
  alice,
  openTestApplication,
  proposer,
  runTestBlock,
  testApplication,
  testBlock,
  testTransaction,
  writtenIn,
} from '../testing/testApplication.ts'
import { testContext } from '../testing/testContext.ts'
import { createUpgrader } from '../upgrade/upgrader.ts'
import type { Application } from './application.ts'
import { errors } from './errors.ts'
import type { ProposalFailure } from './proposal.ts'

const aliceKey = PublicKey.check(alice.publicKey)
const address = stakingAddress(aliceKey)
const plain = { codespace: 'unknown', code: 1 }

function accountIn(application: Application) {
  return accountOf(application.committed!.state, address).general
}

/** Runs a block with these transactions and no metadata of our own. */
function decide(application: Application, height: bigint, transactions: readonly Uint8Array[]) {
  application.beginBlock(testBlock(height))
  const results = transactions.map((raw) => application.deliverTx(raw))
  application.endBlock()
  application.commit()
  return results
}

/** The proposal of another application for the same height. */
function proposalFor(height: bigint, transactions: readonly Uint8Array[]): readonly Uint8Array[] {
  const other = testApplication()
  return other.prepareProposal({ ...testBlock(height), transactions, bytesMax: 99_999n }, proposer)
}

describe('a transaction in a block', () => {
  it('pays its fee, advances the nonce and does its work', () => {
    const application = testApplication()
    const { results, isAccepted } = runTestBlock(application, 1n, [testTransaction({})])
    assert.ok(isAccepted)
    assert.deepEqual(
      results.map(({ code }) => code),
      [0, 0],
    )
    assert.deepEqual(accountIn(application).nonce, 1n)
    assert.deepEqual(accountIn(application).balance, 995n)
    assert.equal(toHex(writtenIn(application)!), toHex(Buffer.from('hello')))
  })

  it('that fails keeps its fee, its nonce, its events and what it wrote', () => {
    const application = testApplication()
    const failing = testTransaction({ text: 'fail' })
    const { results } = runTestBlock(application, 1n, [failing])
    const [{ code, codespace, events, data } = assert.fail()] = results
    assert.deepEqual({ code, codespace }, plain)
    assert.equal(data, undefined)
    assert.equal(events.length, 1)
    assert.equal(accountIn(application).nonce, 1n)
    assert.equal(toHex(writtenIn(application)!), toHex(Buffer.from('fail')))
  })

  it('of an unknown method pays nothing', () => {
    const application = testApplication()
    const raw = testTransaction({ method: 'test.Read' })
    const { results } = runTestBlock(application, 1n, [raw])
    assert.deepEqual([results[0]!.codespace, results[0]!.code], ['unknown', 1])
    assert.equal(results[0]!.gasWanted, 0n)
    assert.equal(accountIn(application).nonce, 0n)
  })

  it('tells a limit of gas that has no room in 63 bits as negative', () => {
    const fee = { amount: quantity(5n), gas: 2n ** 64n - 1n }
    const { results } = runTestBlock(testApplication(), 1n, [testTransaction({ fee })])
    assert.deepEqual([results[0]!.code, results[0]!.gasWanted], [0, -1n])
  })

  it('tells the gas of the whole block so far when blocks have a limit', () => {
    const application = testApplication({ maxBlockGas: 25n })
    const raws = [0n, 1n, 2n].map((nonce) => testTransaction({ nonce }))
    const { results } = runTestBlock(application, 1n, raws)
    assert.deepEqual(
      results.map(({ gasUsed }) => gasUsed),
      [10n, 20n, 20n, 0n],
    )
    assert.deepEqual([results[2]!.codespace, results[2]!.code], ['unknown', 1])
  })

  it('pays for its bytes before its method, and needs the network’s gas price', () => {
    const raw = testTransaction({})
    const gasCosts = new Map([['tx_byte', 2n]]) as never
    const application = testApplication({ gasCosts, minGasPrice: 1n })
    const rich = testTransaction({ nonce: 1n, fee: { amount: quantity(900n), gas: 900n } })
    const { results } = runTestBlock(application, 1n, [raw, rich])
    const [poor, paid] = results
    assert.deepEqual([poor!.codespace, poor!.code], ['consensus/transaction', 3])
    assert.equal(poor!.gasUsed, 2n * BigInt(raw.length))
    assert.equal(paid!.code, 0)
    assert.equal(paid!.gasUsed, 2n * BigInt(rich.length) + 10n)
  })

  it('may be as large as the limit and no larger', () => {
    const raw = testTransaction({})
    const size = BigInt(raw.length)
    const resultWith = (maxTxSize: bigint) => {
      const { results } = runTestBlock(testApplication({ maxTxSize }), 1n, [raw])
      return `${results[0]!.codespace}/${results[0]!.code}`
    }
    assert.equal(resultWith(size - 1n), 'consensus/2')
    assert.equal(resultWith(size), '/0')
    assert.equal(testApplication({ maxTxSize: size - 1n }).checkTx(raw).code, 2)
    assert.equal(testApplication({ maxTxSize: size }).checkTx(raw).code, 0)
  })

  it('that is no transaction, or is not signed, is a plain failure', () => {
    const application = testApplication()
    const raw = testTransaction({})
    const forged = raw.slice()
    forged[forged.length - 1]! ^= 1
    const { results } = runTestBlock(application, 1n, [EMPTY_BYTES, Uint8Array.of(1), forged])
    for (const { code, codespace } of results.slice(0, 3))
      assert.deepEqual({ code, codespace }, plain)
  })
})

describe('a proposal', () => {
  it('gives every node the same state, whether it was proposed, processed or only decided', () => {
    const raws = [testTransaction({}), testTransaction({ nonce: 1n, text: 'fail' })]
    const own = testApplication()
    const { proposed, committed, results } = runTestBlock(own, 1n, raws)
    const processed = testApplication()
    assert.ok(processed.processProposal(testBlock(1n), proposed))
    assert.deepEqual(decide(processed, 1n, proposed), results)
    const decided = testApplication()
    assert.deepEqual(decide(decided, 1n, proposed), results)
    for (const { committed: other } of [processed, decided])
      assert.equal(toHex(other!.rootHash), toHex(committed.rootHash))
  })

  it('that was rejected leaves no trace', () => {
    const application = testApplication()
    const bad = [testTransaction({}), ...proposalFor(1n, [])]
    assert.equal(application.processProposal(testBlock(1n), bad), false)
    const good = proposalFor(1n, [testTransaction({})])
    assert.ok(application.processProposal(testBlock(1n), good))
    assert.ok(application.checkTx(testTransaction({})).code === 0, 'checks see the committed state')
    decide(application, 1n, good)
    const fresh = testApplication()
    decide(fresh, 1n, good)
    assert.equal(toHex(application.committed!.rootHash), toHex(fresh.committed!.rootHash))
  })

  it('has its metadata exactly once, by its proposer, without nonce and fee', () => {
    const good = proposalFor(1n, [])
    const isAccepted = (transactions: readonly Uint8Array[]) =>
      testApplication().processProposal(testBlock(1n), transactions)
    const [own = assert.fail()] = good
    assert.ok(isAccepted(good))
    assert.equal(isAccepted([]), false)
    assert.equal(isAccepted([own, own]), false)
    const metadata = (stateRoot: Uint8Array, fields: Partial<Transaction>, signer = proposer) => {
      const body = encode(BlockMetadata, {
        stateRoot: Hash.check(stateRoot),
        eventsRoot: new Uint8Array(32),
      })
      const all = { method: 'consensus.Meta', fee: undefined, body, ...fields }
      return testTransaction(all as Partial<Transaction>, signer)
    }
    const root = new Uint8Array(32)
    assert.equal(isAccepted([metadata(root, {})]), false, 'wrong root')
    assert.equal(isAccepted([metadata(root, { nonce: 1n })]), false)
    assert.equal(isAccepted([metadata(root, {}, alice)]), false)
    assert.equal(isAccepted([testTransaction({ method: 'consensus.Meta' })]), false, 'with a fee')
  })

  it('takes transactions from the first on, as long as there is room', () => {
    const raws = [0n, 1n, 2n].map((nonce) => testTransaction({ nonce }))
    const size = raws.reduce((sum, { length }) => sum + BigInt(length), 16_384n)
    const propose = (bytesMax: bigint) =>
      testApplication().prepareProposal(
        { ...testBlock(1n), transactions: raws, bytesMax },
        proposer,
      )
    assert.equal(propose(size).length, 4)
    assert.equal(propose(size - 1n).length, 3)
    assert.equal(propose(0n).length, 1)
  })
})

/** A service that fails at a moment of every block but the first one. */
function failingService(at: 'beginBlock' | 'endBlock', failure: Error): Service {
  return {
    name: '950_failing',
    priority: () => 0n,
    methods: {},
    *violations() {},
    [at]: (ctx: Context) => {
      if (ctx.committed !== undefined) throw failure
    },
  }
}

describe('a failure of a service around the transactions of a block', () => {
  const failures = [errors.unknownMethod('a coded error'), new BugError('a bug')]
  for (const at of ['beginBlock', 'endBlock'] as const)
    for (const failure of failures)
      it(`is fatal in ${at}, be it ${failure.message}`, () => {
        const told: ProposalFailure[] = []
        const application = testApplication(
          {},
          { services: [failingService(at, failure)], onProposalFailure: (one) => told.push(one) },
        )
        runTestBlock(application, 1n, [])
        const before = toHex(application.committed!.rootHash)
        const block = testBlock(2n)
        const asked = { ...block, transactions: [], bytesMax: 99_999n }
        assert.deepEqual(
          application.prepareProposal(asked, proposer),
          [],
          'no proposal comes of it',
        )
        assert.equal(application.processProposal(block, []), false, 'nobody votes for it')
        assert.deepEqual(told, [
          { step: 'prepare', height: 2n, error: failure },
          { step: 'process', height: 2n, error: failure },
        ])
        const run = () => {
          application.beginBlock(block)
          application.endBlock()
        }
        assert.throws(run, failure, 'and if it was decided nevertheless, the node stops')
        assert.equal(toHex(application.committed!.rootHash), before)
      })

  it('of the world is nobody’s fault, and is told to the node even of a proposal', () => {
    const missing = new UnavailableError('node.missing', 'a node of the tree is elsewhere')
    const application = testApplication({}, { services: [failingService('endBlock', missing)] })
    runTestBlock(application, 1n, [])
    assert.throws(() => application.processProposal(testBlock(2n), []), missing)
  })
})

describe('checking a transaction', () => {
  it('counts what checked ones have paid until a block is committed', () => {
    const application = testApplication()
    runTestBlock(application, 1n, [])
    assert.equal(application.checkTx(testTransaction({})).code, 0)
    const again = application.checkTx(testTransaction({}))
    assert.deepEqual([again.codespace, again.code], ['consensus/transaction', 1])
    assert.equal(application.checkTx(testTransaction({ nonce: 1n })).priority, 7n)
    runTestBlock(application, 2n, [])
    assert.equal(application.checkTx(testTransaction({})).code, 0)
  })

  it('tells how much gas a transaction wants, also if it pays too little for it here', () => {
    const { chain } = testContext()
    const local = { minGasPrice: quantity(1n), ownSigner: undefined }
    const application = testApplication({}, { chain: { ...chain, local } })
    const { codespace, code, gasWanted } = application.checkTx(testTransaction({}))
    assert.deepEqual([codespace, code, gasWanted], ['consensus/transaction', 3, 1_000n])
    const { results } = runTestBlock(application, 1n, [testTransaction({})])
    assert.equal(results[0]!.code, 0)
  })

  it('refuses everything while an upgrade is pending in the next block', () => {
    const { chain } = testContext()
    const asked: bigint[] = []
    const upgrader = {
      ...createUpgrader(),
      hasPendingUpgradeAt: (height: bigint) => {
        asked.push(height)
        return true
      },
    }
    const application = testApplication({}, { chain: { ...chain, upgrader } })
    const { codespace, code } = application.checkTx(testTransaction({}))
    assert.deepEqual({ codespace, code }, { codespace: 'consensus/transaction', code: 4 })
    assert.deepEqual(asked, [1n])
  })

  it('refuses everything before the chain has begun', () => {
    const application = openTestApplication()
    const { code, codespace, gasWanted } = application.checkTx(testTransaction({}))
    assert.deepEqual(
      { code, codespace, gasWanted },
      { code: 1, codespace: 'consensus', gasWanted: 0n },
    )
  })

  it('refuses what only proposers may call', () => {
    const { code, codespace } = testApplication().checkTx(
      testTransaction({ method: 'consensus.Meta' }),
    )
    assert.deepEqual({ code, codespace }, plain)
  })
})

describe('an estimate of gas', () => {
  it('is what the dearest such transaction would use', () => {
    const gasCosts = new Map([['tx_byte', 1n]]) as never
    const application = testApplication({ gasCosts })
    const transaction: Transaction = {
      nonce: 0n,
      fee: undefined,
      method: 'test.Write',
      body: Uint8Array.of(0x61, 0x61),
    }
    const noBlock = { module: 'consensus', code: 1 }
    assert.throws(() => application.estimateGas(aliceKey, transaction), noBlock)
    runTestBlock(application, 1n, [])
    const max = 0xffff_ffff_ffff_ffffn
    const fee = { amount: quantity(max), gas: max }
    const dearest = testTransaction({ fee, nonce: 0n, text: 'a' })
    const estimate = application.estimateGas(aliceKey, transaction)
    assert.equal(estimate, BigInt(dearest.length) + 10n)
    assert.equal(accountIn(application).nonce, 0n)
  })

  it('is not made for a transaction that is too large', () => {
    const body = Uint8Array.of(0x61, 0x61)
    const transaction: Transaction = { nonce: 0n, fee: undefined, method: 'test.Write', body }
    const size = BigInt(encode(Transaction, transaction).length)
    const estimate = (maxTxSize: bigint) => {
      const application = testApplication({ maxTxSize })
      runTestBlock(application, 1n, [])
      return application.estimateGas(aliceKey, transaction)
    }
    assert.equal(estimate(size), 10n)
    assert.throws(() => estimate(size - 1n), { module: 'consensus', code: 2 })
  })
})
