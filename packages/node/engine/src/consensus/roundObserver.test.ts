import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock } from '@wadi/base/clock'
import type { CodedError } from '@wadi/base/errors'
import { createLogger, MemoryLog } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { formatMetrics } from '@wadi/base/prometheusText'
import type { Effect } from '@wadi/tendermint/round/effect'
import { RoundStep } from '@wadi/tendermint/round/roundStep'
import type { Trace } from '@wadi/tendermint/round/trace'
import { testKey } from '@wadi/tendermint/testing/signedChain'
import type { BlockMeta } from '@wadi/tendermint/types/block'
import type { Evidence } from '@wadi/tendermint/types/evidence'
import type { Vote } from '@wadi/tendermint/types/vote'
import { errors } from '../errors.ts'
import type { AppliedBlock, RefusedBlock } from '../execution/executor.ts'
import { EngineNetwork } from '../testing/engineNetwork.ts'
import { backendMetrics, consensusMetrics } from './metrics.ts'
import { RoundObserver } from './roundObserver.ts'

/** What is said of some metrics: their values by what follows the prefix. */
function told(metrics: MetricsRegistry): Record<string, number> {
  const lines = formatMetrics(metrics.collect()).matchAll(/^cometbft_(\w+)(?:\{.*\})? (\d+)$/gm)
  return Object.fromEntries([...lines].map(([, name, value]) => [name, Number(value)]))
}

/** What was counted of a metric under each combination of labels but the chain's. */
function seriesOf(metrics: MetricsRegistry, name: string): Record<string, [number, number]> {
  const family = metrics.collect().find(({ metric }) => metric.name === `cometbft_${name}`)
  const series = family?.series ?? []
  return Object.fromEntries(
    series.map(({ labels, value, count }) => [labels.join(), [Number(value.toFixed(3)), count]]),
  )
}

/** An observer without a node. */
function lonelyObserver(sizes: Partial<Record<string, bigint>> = {}) {
  const clock = new FakeClock(1_000_000)
  const metrics = new MetricsRegistry()
  const log = new MemoryLog()
  const loadMeta = (height: bigint) => {
    const time = { seconds: 10n * height, nanoseconds: 500_000_000 }
    const blockSize = sizes[String(height)]
    return blockSize === undefined
      ? undefined
      : ({ header: { height, time }, blockSize } as BlockMeta)
  }
  const observer = new RoundObserver({
    clock,
    log: createLogger('test', log.sink),
    metrics: metrics.register(consensusMetrics),
    backend: metrics.register(backendMetrics),
    blocks: { loadMeta },
    ownAddress: undefined,
  })
  const tell = (...effects: readonly Effect[]) => {
    for (const effect of effects) observer.onEffect(effect, undefined)
  }
  return { clock, metrics, log, observer, tell }
}

/** A step is entered. */
function entered(step: RoundStep, { height = 7n, round = 0 } = {}): Effect {
  const trace = { what: 'entered', entered: step, why: 'test', height, round, step } as Trace
  return { kind: 'trace', trace }
}

describe('what metrics tell of rounds', () => {
  it('says aloud which proposal is refused, whose it is and why', () => {
    const { observer, log } = lonelyObserver()
    const [hash, proposerAddress] = [new Uint8Array(32).fill(7), testKey(1).address]
    const of = (violation: CodedError | undefined) => {
      const block = { header: { height: 5n, proposerAddress } }
      return { block, blockId: { hash }, violation } as RefusedBlock
    }
    observer.onRefused(of(errors.badDecision('the app hash')))
    observer.onRefused(of(undefined))
    const told = { height: 5n, hash, proposer: proposerAddress }
    assert.deepEqual(
      log.records.map(({ level, sentence, fields }) => [level, sentence, fields]),
      [
        [
          'error',
          'a proposed block is refused',
          { ...told, why: errors.badDecision('the app hash').message },
        ],
        [
          'error',
          'a proposed block is refused',
          { ...told, why: 'the application does not accept it' },
        ],
      ],
    )
  })

  it('is how long each step took, under the name of the one that ended', () => {
    const { clock, metrics, tell } = lonelyObserver()
    const steps = [
      [RoundStep.newHeight, 1000],
      [RoundStep.newRound, 0],
      [RoundStep.propose, 3000],
      [RoundStep.prevote, 20],
      [RoundStep.prevoteWait, 30],
      [RoundStep.precommit, 40],
      [RoundStep.precommitWait, 50],
      [RoundStep.commit, 60],
    ] as const
    for (const [step, ms] of steps) {
      tell(entered(step))
      clock.advance(ms)
    }
    tell(entered(RoundStep.newHeight, { height: 8n }))
    assert.deepEqual(seriesOf(metrics, 'consensus_step_duration_seconds'), {
      NewHeight: [1, 1],
      NewRound: [0, 1],
      Propose: [3, 1],
      Prevote: [0.02, 1],
      PrevoteWait: [0.03, 1],
      // One only waits for precommits: that is no step.
      Precommit: [0.09, 1],
      Commit: [0.06, 1],
    })
    assert.equal(told(metrics)['consensus_height'], 8)
  })

  it('is the round that is over, and the time since the height began', () => {
    const { clock, metrics, tell } = lonelyObserver()
    const startTime = { seconds: 1001n, nanoseconds: 0 }
    const place = { height: 7n, round: 0, step: RoundStep.newHeight, lastCommitRound: 0 }
    tell(entered(RoundStep.newHeight), { kind: 'tell-round-step', ...place, startTime })
    clock.advance(1000)
    tell(entered(RoundStep.newRound))
    assert.deepEqual(seriesOf(metrics, 'consensus_round_duration_seconds'), { '': [0, 1] })
    clock.advance(5000)
    tell(entered(RoundStep.newRound, { round: 1 }))
    assert.deepEqual(seriesOf(metrics, 'consensus_rounds'), { '': [0, 0] })
    clock.advance(2000)
    tell(entered(RoundStep.newHeight, { height: 8n }))
    assert.deepEqual(seriesOf(metrics, 'consensus_rounds'), { '': [1, 0] })
    assert.deepEqual(seriesOf(metrics, 'consensus_round_duration_seconds'), { '': [12, 3] })
  })

  it('is which parts were of the block, and votes that came late', () => {
    const { metrics, tell } = lonelyObserver()
    const at = { height: 7n, round: 1, step: RoundStep.propose }
    const ignored = (input: string, why: string): Effect => ({
      kind: 'trace',
      trace: { what: 'ignored', input, why, ...at },
    })
    tell(entered(RoundStep.propose, at))
    tell({ kind: 'accepted', what: 'block-part', sender: 'peer' })
    tell({ kind: 'accepted', what: 'vote', sender: 'peer' })
    tell(ignored('block-part', 'duplicate'), ignored('block-part', 'not-collecting'))
    tell(ignored('vote', 'too-late'), ignored('vote', 'duplicate'))
    const late = { height: 7n, round: 0, type: 'prevote' } as Vote
    tell({ kind: 'trace', trace: { what: 'late-vote', vote: late, ...at } })
    tell({ kind: 'tell-has-vote', vote: { ...late, height: 6n, type: 'precommit' } })
    const parts = { true: [2, 0], false: [1, 0] }
    assert.deepEqual(seriesOf(metrics, 'consensus_block_gossip_parts_received'), parts)
    const votes = { prevote: [1, 0], precommit: [2, 0] }
    assert.deepEqual(seriesOf(metrics, 'consensus_late_votes'), votes)
  })

  it('is a whole height: who voted, how soon, and what became of it', () => {
    const network = new EngineNetwork({ powers: [1n, 1n, 1n, 1n] })
    network.start()
    network.runTo(3n)
    const [node] = network.nodes
    const { metrics, log } = node!
    const steps = seriesOf(metrics, 'consensus_step_duration_seconds')
    const counts = Object.entries(steps).map(([step, [, count]]) => [step, count])
    assert.deepEqual(counts, [
      ['NewHeight', 3],
      ['NewRound', 3],
      ['Propose', 3],
      ['Prevote', 3],
      ['Precommit', 3],
      ['Commit', 3],
    ])
    assert.ok(steps['NewHeight']![0] > 3 * 0.15, 'most of the time is waited for late precommits')
    const found = told(metrics)
    assert.equal(found['consensus_height'], 4)
    assert.equal(found['consensus_latest_block_height'], 3)
    assert.equal(found['consensus_rounds'], 0)
    assert.equal(found['consensus_validators'], 4)
    assert.ok(found['consensus_block_size_bytes']! > 300)
    assert.equal(found['consensus_block_syncing'], 0)
    assert.equal(found['consensus_state_syncing'], 0)
    assert.deepEqual(seriesOf(metrics, 'consensus_proposal_receive_count'), { accepted: [3, 0] })
    const parts = seriesOf(metrics, 'consensus_block_gossip_parts_received')
    assert.ok(parts['true']![0] >= 3, 'each block has a part, and it comes from several')
    const { prevote, precommit } = seriesOf(metrics, 'consensus_round_voting_power_percent')
    assert.ok(prevote![0] >= 0.75 && precommit![0] >= 0.75, 'at least three of four have voted')
    for (const name of ['quorum_prevote_delay', 'full_prevote_delay']) {
      const delays = Object.values(seriesOf(metrics, `consensus_${name}`))
      assert.ok(delays.length > 0 && delays.every(([seconds]) => seconds >= 0), name)
    }
    assert.match(formatMetrics(metrics.collect()), /^cometbft_\w+\{chain_id="test-chain"\} \d/m)
    const sentences = log.records
      .filter(({ sentence }) => /step|applied|vote/.test(sentence))
      .map(({ sentence, fields }) => `${sentence}: ${fields['entered'] ?? fields['type'] ?? ''}`)
    const lastHeight = sentences.slice(sentences.lastIndexOf('entered a step: NewRound'))
    assert.deepEqual(lastHeight, [
      'entered a step: NewRound',
      'entered a step: Propose',
      'entered a step: Prevote',
      'decided a vote: prevote',
      'decided a vote: prevote',
      'entered a step: Precommit',
      'decided a vote: precommit',
      'entered a step: Commit',
      'applied a block: ',
      'entered a step: NewHeight',
    ])
    network.stop()
  })

  it('is a proposal that the application does not want, and a peer who misbehaved', () => {
    const { log, tell } = lonelyObserver()
    tell({ kind: 'offence', peer: 'p', why: 'made up' })
    const at = { height: 7n, round: 0, step: RoundStep.propose }
    tell({ kind: 'trace', trace: { what: 'bad-block', why: 'too-long', ...at } })
    tell({ kind: 'trace', trace: { what: 'failed', effect: 'sign-vote', why: 'gone', ...at } })
    assert.deepEqual(
      log.records.map(({ level, sentence, fields }) => [level, sentence, fields['why']]),
      [
        ['info', 'a peer misbehaved', 'made up'],
        ['warn', 'a block is not to be voted for', 'too-long'],
        ['warn', 'could not do what the round wanted', 'gone'],
      ],
    )
  })
})

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

  it('is who signed twice, with its power, and how large and how late a block is', () => {
    const { metrics, observer } = lonelyObserver({ 6: 600n, 7: 700n })
    const { address } = testKey(1)
    const guilty = { kind: 'duplicate-vote', body: { voteA: { validatorAddress: address } } }
    const attack = { kind: 'light-client-attack', body: {} }
    const time = { seconds: 66n, nanoseconds: 0 }
    const header = { height: 7n, proposerAddress: address, time }
    const evidence = [guilty, attack] as unknown as readonly Evidence[]
    const validators = [{ address, votingPower: 9n }]
    const applied = {
      block: { header, transactions: [], evidence, lastCommit: undefined },
      blockId: { hash: address },
      chain: { lastValidators: { validators, totalVotingPower: 9n } },
    } as unknown as AppliedBlock
    observer.onApplied(applied, { voters: undefined, rounds: undefined })
    const found = told(metrics)
    assert.equal(found['consensus_byzantine_validators'], 1)
    assert.equal(found['consensus_byzantine_validators_power'], 9)
    assert.equal(found['consensus_block_size_bytes'], 700)
    assert.deepEqual(seriesOf(metrics, 'consensus_block_interval_seconds'), { '': [5.5, 1] })
  })
})
