import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock } from '@wadi/base/clock'
import { createLogger, SILENT } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { formatMetrics } from '@wadi/base/prometheusText'
import { testKey } from '@wadi/tendermint/testing/signedChain'
import type { Evidence } from '@wadi/tendermint/types/evidence'
import type { AppliedBlock } from '../execution/executor.ts'
import { EngineNetwork } from '../testing/engineNetwork.ts'
import { consensusMetrics } from './metrics.ts'
import { RoundObserver } from './roundObserver.ts'

/** What is said of some metrics: their values by what follows the prefix. */
function told(metrics: MetricsRegistry): Record<string, number> {
  const lines = formatMetrics(metrics.collect()).matchAll(/^cometbft_(\w+)(?:\{.*\})? (\d+)$/gm)
  return Object.fromEntries([...lines].map(([, name, value]) => [name, Number(value)]))
}

describe('what metrics tell of blocks', () => {
  it('is who did not sign, in numbers and power, and whether we did', () => {
    const network = new EngineNetwork({ powers: [5n, 3n, 4n, 3n] })
    network.start()
    network.nodes[1]!.stop()
    const others = network.nodes.filter(({ index }) => index !== 1)
    network.runTo(4n, { nodes: others })
    const metrics = told(others[0]!.metrics)
    assert.equal(metrics['consensus_validators'], 4)
    assert.equal(metrics['consensus_validators_power'], 15)
    assert.equal(metrics['consensus_missing_validators'], 1)
    assert.equal(metrics['consensus_missing_validators_power'], 3)
    assert.equal(metrics['consensus_validator_power'], 5)
    assert.ok(metrics['consensus_validator_last_signed_height']! >= 3)
    network.stop()
  })

  it('is what we did not sign', () => {
    const network = new EngineNetwork({ powers: [1n, 1n, 1n, 1n] })
    network.start()
    network.runTo(2n)
    network.nodes[1]!.stop()
    network.runTo(5n, { nodes: network.nodes.filter(({ index }) => index !== 1) })
    network.nodes[1]!.start()
    network.runTo(6n)
    assert.ok(told(network.nodes[1]!.metrics)['consensus_validator_missed_blocks']! > 0)
    network.stop()
  })

  it('is who signed twice, with its power, and what the application changed', () => {
    const metrics = new MetricsRegistry()
    const observer = new RoundObserver({
      clock: new FakeClock(),
      log: createLogger('test', SILENT),
      metrics: metrics.register(consensusMetrics),
      ownAddress: undefined,
    })
    const { address } = testKey(1)
    const guilty = { kind: 'duplicate-vote', body: { voteA: { validatorAddress: address } } }
    const attack = { kind: 'light-client-attack', body: {} }
    const header = { height: 7n, proposerAddress: address }
    const evidence = [guilty, attack] as unknown as readonly Evidence[]
    const validators = [{ address, votingPower: 9n }]
    const endBlock = { validatorUpdates: [{}], consensusParamUpdates: {}, events: [] }
    const applied = {
      block: { header, transactions: [], evidence, lastCommit: undefined },
      blockId: { hash: address },
      responses: { endBlock },
      chain: { lastValidators: { validators } },
    } as unknown as AppliedBlock
    observer.onApplied(applied, undefined)
    observer.onApplied(applied, undefined)
    const found = told(metrics)
    assert.equal(found['consensus_byzantine_validators'], 1)
    assert.equal(found['consensus_byzantine_validators_power'], 9)
    assert.equal(found['state_validator_set_updates'], 2)
    assert.equal(found['state_consensus_param_updates'], 2)
  })
})
