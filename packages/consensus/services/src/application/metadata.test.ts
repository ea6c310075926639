import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EMPTY_BYTES } from '@wadi/base/bytes'
import { encode, make } from '@wadi/cbor/codec'
import { BlockMetadata } from '@wadi/consensus/consensus/methods'
import { Hash } from '@wadi/primitives/hash'
import { PublicKey } from '@wadi/primitives/publicKey'
import { Transaction } from '@wadi/primitives/transaction'
import { createBlock } from '../kernel/block.ts'
import {
  alice,
  proposer,
  runTestBlock,
  testApplication,
  testBlock,
  testTransaction,
} from '../testing/testApplication.ts'
import { testContext } from '../testing/testContext.ts'
import { acceptSystemTransaction } from './executeTransaction.ts'
import { checkMetadata } from './metadata.ts'

const header = { ...testBlock(1n) }
const zeros = new Uint8Array(32)

/** Runs a decided block with these transactions to its end. */
function run(transactions: readonly Uint8Array[], hash = header.hash): void {
  const application = testApplication()
  application.beginBlock({ ...header, hash })
  for (const raw of transactions) application.deliverTx(raw)
  application.endBlock()
}

function refuses(reason: string, transactions: readonly Uint8Array[], hash?: Uint8Array): void {
  const refused = { module: 'unknown', code: 1, reason: `block.${reason}` }
  assert.throws(() => run(transactions, hash), refused)
}

/** The metadata of an empty block as its proposer tells them. */
const [good] = runTestBlock(testApplication(), 1n, []).proposed as readonly [Uint8Array]

/** A transaction that tells of a block, of the proposer's unless told otherwise. */
function telling(fields: Partial<Transaction>, signer = proposer): Uint8Array {
  const all = { method: 'consensus.Meta', fee: undefined, ...fields } as Partial<Transaction>
  return testTransaction(all, signer)
}

function metadata(fields: Partial<BlockMetadata>): Uint8Array {
  return encode(BlockMetadata, make(BlockMetadata, { eventsRoot: zeros, ...fields }))
}

describe('the metadata of a block', () => {
  it('are there once', () => {
    run([good])
    run([testTransaction({ nonce: 9n }), good])
    refuses('missingMetadata', [])
    refuses('duplicateMetadata', [good, good])
  })

  it('are the proposer’s, without nonce and fee', () => {
    refuses('wrongSystemSigner', [telling({ body: metadata({}) }, alice)])
    refuses('malformedSystemTransaction', [telling({ body: metadata({}), nonce: 1n })])
    refuses('malformedSystemTransaction', [testTransaction({ method: 'consensus.Meta' }, proposer)])
  })

  it('can be read', () => {
    const short = metadata({ eventsRoot: zeros.subarray(1) })
    const missing = encode(BlockMetadata, make(BlockMetadata, { eventsRoot: undefined }))
    for (const body of [Uint8Array.of(0x01), Uint8Array.of(0xa0), short, missing])
      refuses('malformedMetadata', [telling({ body })])
  })

  it('tell the truth of the state and of the events, in this order', () => {
    refuses('wrongStateRoot', [telling({ body: metadata({}) })])
    const stateRoot = Hash.check(new Uint8Array(32).fill(1))
    const events = new Uint8Array(32).fill(2)
    const body = metadata({ stateRoot, eventsRoot: events })
    const block = createBlock(header)
    block.systemTransactions.push(make(Transaction, { method: 'consensus.Meta', body }))
    checkMetadata(block, { state: stateRoot, events })
    const wrong = (reason: string) => ({ module: 'unknown', code: 1, reason })
    assert.throws(
      () => checkMetadata(block, { state: stateRoot, events: zeros }),
      wrong('block.wrongEventsRoot'),
    )
    assert.throws(
      () => checkMetadata(block, { state: zeros, events: zeros }),
      wrong('block.wrongStateRoot'),
    )
  })

  it('are all that a proposer may tell', () => {
    const block = createBlock(header)
    block.systemTransactions.push(make(Transaction, { method: 'consensus.Other' }))
    const unknown = { module: 'unknown', code: 1, reason: 'block.unknownSystemMethod' }
    assert.throws(() => checkMetadata(block, { state: zeros, events: zeros }), unknown)
  })

  it('are added to a proposal last, and not offered to it', () => {
    refuses('systemTransactionInProposal', [good], EMPTY_BYTES)
  })

  it('are nothing that may be called outside of a block', () => {
    const signer = PublicKey.check(proposer.publicKey)
    const opened = { transaction: make(Transaction, { method: 'consensus.Meta' }), signer }
    const refused = { module: 'unknown', code: 1, reason: 'mux.systemMethod' }
    for (const mode of ['checkTx', 'simulate'] as const)
      assert.throws(() => acceptSystemTransaction(testContext({ mode }), opened), refused)
    const { codespace, code, log } = testApplication().checkTx(good)
    assert.deepEqual({ codespace, code }, { codespace: 'unknown', code: 1 })
    assert.match(log, /system methods are not allowed to be called/)
  })
})
