import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { zero } from '@wadi/cbor/codec'
import { PublicKey } from '@wadi/primitives/publicKey'
import { Transaction } from '@wadi/primitives/transaction'
import type { Evidence } from '@wadi/tendermint/types/evidence'
import { engineSource } from './engineSource.ts'
import { TestChain } from './testing/testChain.ts'
import { TAKEN_IN } from './testing/testFacts.ts'

function setUp() {
  const chain = new TestChain()
  chain.add()
  const told: unknown[] = []
  const status = { isSyncing: true }
  const engine = {
    blockStore: chain.blocks,
    stateStore: chain.states,
    mempool: {
      checkTx: (transaction: Uint8Array) => {
        told.push(transaction)
        return TAKEN_IN
      },
      reap: (bytesMax: bigint, gasMax: bigint) => {
        told.push([bytesMax, gasMax])
        return [Uint8Array.of(1)]
      },
    },
    status,
    rounds: undefined,
    addEvidence: (evidence: Evidence) => told.push(evidence),
  }
  let opened = 0
  const application = {
    stateAt: (height: bigint) => {
      opened++
      return chain.stateAt(height)
    },
    info: () => ({ height: chain.lastHeight }),
    services: { estimateGas: () => 9n },
  }
  const { document, chainContext } = chain
  const source = engineSource({ document, chainContext, engine, application })
  return { chain, source, status, told, opened: () => opened }
}

describe('a running engine as a source', () => {
  it('is as far as its application is', () => {
    const { chain, source } = setUp()
    assert.equal(source.lastHeight, 1n)
    chain.add()
    assert.equal(source.lastHeight, 2n)
    assert.equal(source.blocks.loadBlock(2n)?.header.height, 2n)
  })

  it('opens a state once, and again after a block', () => {
    const { source, opened } = setUp()
    assert.equal(source.stateAt(1n), source.stateAt(1n))
    assert.equal(opened(), 1)
    source.renew!()
    source.stateAt(1n)
    assert.equal(opened(), 2)
  })

  it('hands on what is submitted, and answers for the mempool', () => {
    const { source, status, told } = setUp()
    const live = source.live!
    assert.equal(live.isSynced, false)
    status.isSyncing = false
    assert.equal(live.isSynced, true)
    assert.equal(live.rounds, undefined)
    const transaction = Uint8Array.of(7)
    const evidence = {} as Evidence
    assert.equal(live.checkTx(transaction, {}), TAKEN_IN)
    assert.deepEqual(live.unconfirmed(), [Uint8Array.of(1)])
    live.addEvidence(evidence)
    assert.equal(live.estimateGas(zero(PublicKey), zero(Transaction)), 9n)
    assert.deepEqual(told, [transaction, [-1n, -1n], evidence])
  })
})
