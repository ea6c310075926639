import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import type { Metadata } from '@wadi/mkvs/checkpoint/metadata'
import { CheckpointFiles } from '@wadi/node-storage/checkpoint-files'
import { toyTransaction } from '@wadi/runtime-executor/testing/toy-runtime'
import { ioRootOf, stateRootOf } from '@wadi/runtime-protocol/block'
import { LATEST_ROUND } from '../history/roundHistory.ts'
import { CommitteeWorld, type TestNode } from '../testing/committeeWorld.ts'
import type { UpkeepChoices } from './storeUpkeep.ts'

const INTERVAL = 5n
const KEPT = 2n

const storage = {
  checkpointInterval: INTERVAL,
  checkpointNumKept: KEPT,
  checkpointChunkSize: 64n,
}

/** Two workers, and one that only follows; a round is over after about two seconds. */
async function openWorld(upkeep: UpkeepChoices): Promise<CommitteeWorld> {
  const runtime = { flushMs: 500n, storage }
  const world = await CommitteeWorld.open({ workers: 2, others: 1, runtime, upkeep })
  const { shell } = world.nodes[0]!
  for (let seq = 0; seq < 20; seq++)
    void shell.submit(toyTransaction({ seq, key: `k${seq}` }), { origin: 'local' })
  return world
}

/** The rounds of which a node has checkpoints, and how many trees of each. */
function checkpointsOf({ files }: TestNode): Map<bigint, number> {
  const counts = new Map<bigint, number>()
  for (const { root } of new CheckpointFiles(files, 'node/checkpoints').list())
    counts.set(root.version, (counts.get(root.version) ?? 0) + 1)
  return counts
}

const stateOf = ({ history }: TestNode, round = LATEST_ROUND) =>
  toHex(history.block(round).block.header.stateRoot)

describe('looking after the trees of a runtime', () => {
  it('makes checkpoints of both trees, as often as the descriptor says', async () => {
    const world = await openWorld({ checkpoints: { checkMs: 0, subtrees: 1 } })
    await world.run(40_000)
    assert.deepEqual(world.fatal, [])
    const { round } = world.chain.block.header
    assert.ok(round > 3n * INTERVAL, `round ${round}`)
    for (const node of world.nodes) {
      const made = checkpointsOf(node)
      const rounds = [...made.keys()].sort((a, b) => (a < b ? -1 : 1))
      assert.ok(rounds.every((one) => one % INTERVAL === 0n))
      assert.ok(rounds.length >= Number(KEPT) && rounds.length <= Number(KEPT) + 2)
      assert.ok(rounds.at(-1)! > round - 2n * INTERVAL)
      for (const count of made.values()) assert.equal(count, 2)
    }
  })

  it('makes none while it is told to wait, and tells what there is', async () => {
    const world = await openWorld({ checkpoints: { checkMs: 0, subtrees: 1 } })
    const [node] = world.nodes
    node!.worker.trees.pauseCheckpoints(true)
    await world.run(15_000)
    const { trees } = node!.worker
    assert.deepEqual(trees.checkpoints(), [])
    assert.ok(checkpointsOf(world.nodes[1]!).size > 0)
    trees.pauseCheckpoints(false)
    await world.run(15_000)
    const made = trees.checkpoints()
    assert.ok(made.length > 0)
    const [{ version, root, chunks }] = made as [Metadata]
    const digest = chunks[0]!
    assert.ok(trees.chunk({ version, root, index: 0n, digest }).length > 0)
    assert.throws(() => trees.chunk({ version, root, index: 0n, digest: digest.toReversed() }), {
      module: 'storage/mkvs/checkpoint',
      code: 2,
    })
    const synced = trees.lastSynced()!
    const { header } = node!.history.committedBlock(synced.round)!.block
    assert.deepEqual(synced.ioRoot, ioRootOf(header))
    assert.deepEqual(synced.stateRoot, stateRootOf(header))
    const before = stateRootOf(node!.history.committedBlock(synced.round - 1n)!.block.header)
    assert.ok(Array.isArray(trees.diff(before, stateRootOf(header))))
  })

  it('makes none unless it is told to, and drops nothing', async () => {
    const world = await openWorld({})
    await world.run(15_000)
    const [node] = world.nodes
    assert.equal(checkpointsOf(node!).size, 0)
    assert.equal(node!.history.earliestRound, 0n)
    assert.equal(node!.store.earliestRound, 0n)
  })

  it('drops rounds and their trees, but for the last ones, and the node goes on', async () => {
    const world = await openWorld({ pruning: { rounds: 5n, intervalMs: 1_000 } })
    await world.run(40_000)
    assert.deepEqual(world.fatal, [])
    for (const { history, store } of world.nodes) {
      const first = history.earliestRound!
      assert.ok(first >= history.lastRound! - 8n && first <= history.lastRound! - 4n)
      assert.equal(store.earliestRound, first)
    }
    await world.kill(1)
    await world.restart(1)
    await world.run(15_000)
    const last = world.chain.block.header.round - 1n
    assert.equal(new Set(world.nodes.map((node) => stateOf(node, last))).size, 1)
  })

  it('lets a node with an empty disk begin with a checkpoint where changes are gone', async () => {
    const world = await openWorld({
      checkpoints: { checkMs: 0, subtrees: 1 },
      pruning: { rounds: 5n, intervalMs: 1_000 },
    })
    await world.run(40_000)
    await world.kill(2)
    await world.replace(2)
    await world.run(60_000)
    assert.deepEqual(world.fatal, [])
    const [first, , late] = world.nodes
    const round = late!.history.lastSeenRound!
    assert.ok(round >= first!.history.lastSeenRound! - 1n, `round ${round}`)
    assert.equal(stateOf(late!, round), stateOf(first!, round))
    assert.ok(late!.store.earliestRound! > 0n)
  })

  it('leaves no half checkpoint behind when it ends in the middle of one', async () => {
    const world = await openWorld({ checkpoints: { checkMs: 0, subtrees: 1 } })
    for (let i = 0; i < 40; i++) {
      await world.run(500)
      if (world.nodes[0]!.store.lastRound! >= INTERVAL) break
    }
    await world.kill(0)
    for (const count of checkpointsOf(world.nodes[0]!).values()) assert.equal(count, 2)
    const folders = world.nodes[0]!.files.list('node/checkpoints')
    assert.equal(checkpointsOf(world.nodes[0]!).size, folders.length)
  })
})
