import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock } from '@wadi/base/clock'
import { MetricsRegistry } from '@wadi/base/metrics'
import type {
  Application,
  BeginBlockRequest,
  BlockContext,
  EndBlockResponse,
  PrepareProposalRequest,
} from '@wadi/contracts/application'
import { consensusMetrics } from '../consensus/metrics.ts'
import { MemoryApplication } from '../testing/memoryApplication.ts'
import { executionMetrics } from './metrics.ts'
import { observedApplication } from './observedApplication.ts'

/** An application every answer of which takes 20 ms. */
class SlowApplication extends MemoryApplication {
  readonly clock = new FakeClock()

  override deliverTx(transaction: Uint8Array) {
    this.clock.advance(20)
    return super.deliverTx(transaction)
  }
}

/** What was counted, by the metric's key. */
function watched(application: Application, clock: FakeClock) {
  const registry = new MetricsRegistry()
  const metrics = registry.register(executionMetrics)
  const proposals = registry.register(consensusMetrics)
  const seriesOf = (name: string) =>
    registry
      .collect()
      .find(({ metric }) => metric.name === `cometbft_${name}`)!
      .series.map(({ labels, value, count }) => [labels.join(), value, count])
  return { seriesOf, app: observedApplication(application, { clock, metrics, proposals }) }
}

const tx = new Uint8Array(3)

describe('an application that is watched', () => {
  it('is timed from the begin of a block to its end, and method by method', () => {
    const slow = new SlowApplication()
    const { app, seriesOf } = watched(slow, slow.clock)
    app.beginBlock({ height: 1n, transactions: [tx, tx] } as unknown as BeginBlockRequest)
    app.deliverTx(tx)
    app.deliverTx(tx)
    app.endBlock(1n)
    app.commit()
    assert.deepEqual(seriesOf('state_block_processing_time'), [['', 40, 1]])
    assert.deepEqual(seriesOf('abci_connection_method_timing_seconds'), [
      ['begin_block,sync', 0, 1],
      ['deliver_tx,async', 0.04, 2],
      ['end_block,sync', 0, 1],
      ['commit,sync', 0, 1],
    ])
    assert.deepEqual(app.info(), slow.info())
  })

  it('is counted for what it makes, wants, does not want, and changes', () => {
    const answers = {
      processProposal: (_: BlockContext, transactions: readonly Uint8Array[]) =>
        transactions.length > 0,
      endBlock: (height: bigint): EndBlockResponse => ({
        validatorUpdates: height > 1n ? [{ publicKey: tx, power: 1n }] : [],
        consensusParamUpdates:
          height > 2n
            ? { block: undefined, evidence: undefined, pubKeyTypes: undefined, appVersion: 1n }
            : undefined,
        events: [],
      }),
    }
    const application = Object.assign(new MemoryApplication(), answers)
    const { app, seriesOf } = watched(application, new FakeClock())
    app.prepareProposal({
      height: 1n,
      transactions: [tx],
      bytesMax: 100n,
    } as unknown as PrepareProposalRequest)
    const context = {} as BlockContext
    assert.equal(app.processProposal(context, [tx]), true)
    assert.equal(app.processProposal(context, []), false)
    for (const height of [1n, 2n, 3n]) app.endBlock(height)
    assert.deepEqual(seriesOf('consensus_proposal_create_count'), [['', 1, 0]])
    assert.deepEqual(seriesOf('consensus_proposal_receive_count'), [
      ['accepted', 1, 0],
      ['rejected', 1, 0],
    ])
    assert.deepEqual(seriesOf('state_validator_set_updates'), [['', 2, 0]])
    assert.deepEqual(seriesOf('state_consensus_param_updates'), [['', 1, 0]])
  })
})
