import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock } from '@wadi/base/clock'
import { zero } from '@wadi/cbor/codec'
import { PublicKey } from '@wadi/primitives/publicKey'
import { Transaction } from '@wadi/primitives/transaction'
import type { Evidence } from '@wadi/tendermint/types/evidence'
import { engineSource } from './engineSource.ts'
import { TestChain } from './testing/testChain.ts'
import { TAKEN_IN } from './testing/testFacts.ts'

/** When the last block was made, in milliseconds: some nanoseconds earlier. */
function timeOf({ blocks, lastHeight }: TestChain): number {
  return Number(blocks.loadMeta(lastHeight)!.header.time.seconds) * 1000
}

function withBlock(): TestChain {
  const chain = new TestChain()
  chain.add()
  return chain
}

function setUp(chain = withBlock()) {
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
  const clock = new FakeClock()
  const source = engineSource({ document, chainContext, engine, application, clock })
  return { chain, source, status, told, clock, opened: () => opened }
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
    const { source, told } = setUp()
    const live = source.live!
    assert.equal(live.rounds, undefined)
    const transaction = Uint8Array.of(7)
    const evidence = {} as Evidence
    assert.equal(live.checkTx(transaction, {}), TAKEN_IN)
    assert.deepEqual(live.unconfirmed(), [Uint8Array.of(1)])
    live.addEvidence(evidence)
    assert.equal(live.estimateGas(zero(PublicKey), zero(Transaction)), 9n)
    assert.deepEqual(told, [transaction, [-1n, -1n], evidence])
  })

  it('is synced for good when it fetches nothing and its last block is less than a minute old', () => {
    const { chain, source, status, clock } = setUp()
    const live = source.live!
    const bornAt = timeOf(chain)
    assert.equal(live.isSynced, false)
    status.isSyncing = false
    for (const [age, isSynced] of [
      [60_001, false],
      [60_000, true],
      [600_000, true],
    ] as const) {
      clock.setUnix(bornAt + age)
      assert.equal(live.isSynced, isSynced, `${age}`)
    }
    status.isSyncing = true
    assert.equal(live.isSynced, true)
  })

  it('is not synced before the first block, and does not forget that it was if nobody asked', () => {
    const chain = new TestChain()
    const { source, status, clock } = setUp(chain)
    status.isSyncing = false
    assert.equal(source.live!.isSynced, false)
    chain.add()
    clock.setUnix(timeOf(chain))
    source.renew!()
    clock.advance(600_000)
    assert.equal(source.live!.isSynced, true)
  })
})
