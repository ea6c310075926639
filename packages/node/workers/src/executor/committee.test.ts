import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { randomBelow, SeededRandom } from '@wadi/base/random'
import { nextSeq, toyTransaction } from '@wadi/runtime-executor/testing/toy-runtime'
import { LATEST_ROUND } from '../history/roundHistory.ts'
import { CommitteeWorld, type TestNode } from '../testing/committeeWorld.ts'

/** What the state of a node says of a key. */
function valueAt({ history, store }: TestNode, key: string): string | undefined {
  const { block } = history.block(LATEST_ROUND)
  const value = store.stateAfter(block.header).get(toUtf8(`at/${key}`))
  return value && Buffer.from(value).toString()
}

function lastRoot({ history }: TestNode): string {
  return toHex(history.block(LATEST_ROUND).block.header.stateRoot)
}

describe('a committee of compute nodes', () => {
  it('executes what is submitted to one of them, and all have the same trees', async () => {
    const world = await CommitteeWorld.open({ workers: 3, backupWorkers: 2 })
    const input = toyTransaction({ key: 'a', value: '1' })
    const submitted = world.nodes[1]!.shell.submit(input, { origin: 'local' })
    await world.run(15_000)
    assert.deepEqual(await submitted, { kind: 'accepted' })
    assert.deepEqual(world.fatal, [])
    for (const node of world.nodes) {
      assert.equal(valueAt(node, 'a'), '1')
      assert.equal(lastRoot(node), lastRoot(world.nodes[0]!))
    }
    assert.ok(world.chain.stories.every(({ end }) => end === 'normal'))
  })

  it('goes on when one of them was killed, which follows when it is back', async () => {
    const world = await CommitteeWorld.open({ workers: 3, backupWorkers: 2, others: 1 })
    const submit = (seq: number) =>
      world.nodes[0]!.shell.submit(
        toyTransaction({ sender: 'bob', seq, key: `k${seq}`, value: `${seq}` }),
        { origin: 'local' },
      )
    void submit(0)
    await world.run(12_000)
    await world.kill(2)
    void submit(1)
    await world.run(60_000)
    assert.equal(valueAt(world.nodes[0]!, 'k1'), '1')
    await world.restart(2)
    void submit(2)
    await world.run(40_000)
    assert.deepEqual(world.fatal, [])
    for (const node of world.nodes) {
      assert.equal(valueAt(node, 'k1'), '1')
      assert.equal(valueAt(node, 'k2'), '2')
    }
  })

  it('has nothing in a pool that is in a round, whoever was given it', async () => {
    const world = await CommitteeWorld.open({ workers: 2, others: 1 })
    const outsider = world.nodes[2]!
    for (let seq = 0; seq < 3; seq++)
      void outsider.shell.submit(toyTransaction({ seq, key: `k${seq}` }), { origin: 'local' })
    await world.run(1_000)
    for (const { shell } of world.nodes) assert.equal(shell.unconfirmed().length, 3)
    await world.run(15_000)
    assert.equal(valueAt(outsider, 'k2'), 'value')
    for (const { shell } of world.nodes) assert.equal(shell.hasTransactions, false)
  })

  it('empties a pool that is fuller than a batch may be, and nobody has to fail one', async () => {
    const senders = Array.from({ length: 8 }, (_, i) => `sender${i}`)
    const bad = toyTransaction({ sender: 'bad', priority: 9, key: 'send', value: '3' })
    const value = 'x'.repeat(600)
    for (const [runtime, inputs] of [
      [{ maxBatchSize: 3n }, senders.map((sender) => toyTransaction({ sender }))],
      [{ maxBatchSizeBytes: 1_500n }, senders.map((sender) => toyTransaction({ sender, value }))],
      [
        { maxMessages: 2 },
        [bad, ...senders.map((sender) => toyTransaction({ sender, key: 'send', value: '1' }))],
      ],
    ] as const) {
      const world = await CommitteeWorld.open({ workers: 3, backupWorkers: 2, runtime })
      for (const input of inputs) void world.nodes[0]!.shell.submit(input, { origin: 'local' })
      await world.run(20_000)
      assert.deepEqual(world.fatal, [])
      const { history, store } = world.nodes[0]!
      const state = store.stateAfter(history.block(LATEST_ROUND).block.header)
      for (const sender of senders) assert.equal(nextSeq(state, sender), 1, sender)
      assert.equal(nextSeq(state, 'bad'), 0)
      for (const { shell } of world.nodes.slice(0, 3)) assert.deepEqual(shell.unconfirmed(), [])
      for (const { end, bad: liars, hadDiscrepancy } of world.chain.stories)
        assert.deepEqual([end, liars, hadDiscrepancy], ['normal', [], false])
    }
  })

  it('goes on where commitments are lost on their way, or cannot be submitted', async () => {
    for (const fate of ['lost', 'refused'] as const) {
      const random = new SeededRandom(2n)
      const fateOf = () => (randomBelow(random, 3) === 0 ? fate : 'taken')
      const world = await CommitteeWorld.open({
        workers: 3,
        fateOf,
        runtime: { roundTimeout: 20n },
      })
      const input = toyTransaction({ key: 'a', value: '1' })
      void world.nodes[0]!.shell.submit(input, { origin: 'local' })
      await world.run(40_000)
      assert.deepEqual(world.fatal, [])
      assert.equal(valueAt(world.nodes[0]!, 'a'), '1')
      assert.ok(world.chain.stories.every(({ end, good }) => end === 'normal' && good.length === 3))
    }
  })

  it('finds out whoever commits to something else', async () => {
    const world = await CommitteeWorld.open({
      workers: 3,
      backupWorkers: 3,
      misdeeds: { 1: ['wrong-result'] },
    })
    void world.nodes[0]!.shell.submit(toyTransaction({ key: 'a', value: '1' }), { origin: 'local' })
    await world.run(60_000)
    assert.deepEqual(world.fatal, [])
    const stories = world.chain.stories.filter(({ bad }) => bad.length > 0)
    assert.ok(stories.length > 0)
    const liar = toHex(world.nodes[1]!.member.id)
    for (const { bad, hadDiscrepancy } of stories) {
      assert.deepEqual(bad, [liar])
      assert.equal(hadDiscrepancy, true)
    }
    assert.equal(valueAt(world.nodes[0]!, 'a'), '1')
  })

  it('counts what it does under the names of the reference', async () => {
    const runtime = { flushMs: 1_000n }
    const upkeep = { pruning: { rounds: 3n, intervalMs: 0 } }
    const world = await CommitteeWorld.open({ workers: 3, others: 1, runtime, upkeep })
    const submit = (input: Uint8Array) => world.nodes[0]!.shell.submit(input, { origin: 'local' })
    for (let seq = 0; seq < 4; seq++) void submit(toyTransaction({ seq }))
    void submit(toUtf8('nonsense'))
    await world.run(20_000)
    const { metrics, store } = world.nodes[0]!
    const all = new Map(metrics.collect().map(({ metric, series }) => [metric.name, series[0]]))
    const countOf = (name: string) => all.get(`oasis_${name}`)?.value
    const blocks = world.chain.stories.length
    assert.ok(countOf('worker_processed_block_count')! >= blocks)
    assert.equal(countOf('worker_failed_round_count'), undefined)
    assert.equal(countOf('worker_epoch_number'), 1)
    assert.equal(countOf('worker_committee_transition_count'), 1)
    assert.equal(countOf('worker_executor_is_worker'), 1)
    assert.equal(countOf('worker_executor_is_backup_worker'), 0)
    assert.equal(countOf('worker_executor_committee_p2p_peers'), 3)
    assert.ok(countOf('worker_processed_event_count')! >= 3 * (blocks - 1))
    assert.ok(countOf('worker_batch_size')! >= 4)
    assert.equal(countOf('txpool_accepted_transactions'), 4)
    assert.equal(countOf('txpool_rejected_transactions'), 1)
    assert.equal(countOf('txpool_pending_schedule_size'), 0)
    assert.equal(countOf('worker_storage_full_round'), Number(store.lastRound))
    for (const name of [
      'worker_batch_processing_time',
      'worker_batch_runtime_processing_time',
      'worker_storage_commit_latency',
      'worker_storage_prune_latency',
    ])
      assert.ok(countOf(name) !== undefined, name)
    assert.ok(countOf('worker_batch_processing_time')! > 0)
    const follower = world.nodes[3]!.metrics.collect()
    const pending = follower.find(({ metric }) =>
      metric.name?.endsWith('storage_round_sync_latency'),
    )
    assert.ok(pending!.series.length > 0)
  })

  it('refuses what its runtime refuses, and says why', async () => {
    const world = await CommitteeWorld.open({ workers: 2 })
    const submitted = world.nodes[0]!.shell.submit(toUtf8('nonsense'), { origin: 'local' })
    await world.run(3_000)
    const outcome = await submitted
    assert.equal(outcome.kind === 'refused' && outcome.error.message, 'malformed')
  })
})
