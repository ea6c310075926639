/** Committees of three to seven nodes of which any minority is killed, again and again. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { randomBelow, SeededRandom } from '@wadi/base/random'
import { nextSeq, toyTransaction } from '@wadi/runtime-executor/testing/toy-runtime'
import { LATEST_ROUND } from '../history/roundHistory.ts'
import { CommitteeWorld, type TestNode } from '../testing/committeeWorld.ts'

const LOAD_MS = 60_000
const STEP_MS = 500
/** Long enough for everybody to be where the chain is, with a checkpoint if need be. */
const SETTLE_MS = 45_000
const FORGOTTEN_MS = 10_000
const SENDERS = ['alice', 'bob', 'carol', 'dave'] as const

/** What a node knows has become of each sender's transactions. */
function doneBy({ history, store }: TestNode, sender: string): number {
  const { header } = history.block(LATEST_ROUND).block
  return nextSeq(store.stateAfter(header), sender)
}

/** Senders who give their next transaction to any node that is up, and again until it is done. */
class Load {
  readonly #world: CommitteeWorld
  readonly #random: SeededRandom
  /** The sequence that each of them is about. */
  readonly seqs = new Map<string, number>()
  /** The most that any node ever showed of each: what was final once stays so. */
  readonly #seen = new Map<string, number>()
  /** How often a node came back with nothing. */
  replaced = 0

  constructor(world: CommitteeWorld, random: SeededRandom) {
    this.#world = world
    this.#random = random
  }

  step(): void {
    const up = this.#world.nodes.filter(({ isDown }) => !isDown)
    for (const sender of SENDERS) {
      const node = up[randomBelow(this.#random, up.length)]!
      const done = doneBy(node, sender)
      const seen = this.#seen.get(sender) ?? 0
      if (done > seen) this.#seen.set(sender, done)
      const seq = Math.max(seen, done)
      this.seqs.set(sender, seq)
      const input = toyTransaction({ sender, seq, key: `${sender}${seq}`, value: `${seq}` })
      void node.shell.submit(input, { origin: 'local' })
    }
  }

  /** Has nobody lost anything that somebody has shown? */
  check(node: TestNode): void {
    for (const sender of SENDERS)
      assert.ok(doneBy(node, sender) >= (this.#seen.get(sender) ?? 0), `${sender} lost something`)
  }

  get executed(): number {
    return [...this.#seen.values()].reduce((sum, one) => sum + one, 0)
  }
}

/** `new`: whoever was down for long comes back without what it had; changes are pruned by then. */
async function killAndRestart(
  workers: number,
  { seed = workers, disks = 'kept' }: { readonly seed?: number; readonly disks?: 'kept' | 'new' },
): Promise<Load> {
  const random = new SeededRandom(BigInt(seed))
  const minority = Math.floor((workers - 1) / 2)
  const storage = { checkpointInterval: 4n, checkpointNumKept: 2n, checkpointChunkSize: 256n }
  const runtime = { allowedStragglers: minority, flushMs: 4_000n, storage }
  const upkeep = {
    checkpoints: { checkMs: 0, subtrees: 1 },
    pruning: { rounds: 5n, intervalMs: 1_000 },
  }
  const world = await CommitteeWorld.open({
    workers,
    runtime,
    upkeep: disks === 'new' ? upkeep : {},
  })
  const downMs = new Map<number, number>()
  const load = new Load(world, random)
  await world.run(2_000)
  for (let passedMs = 0; passedMs < LOAD_MS; passedMs += STEP_MS) {
    const down = world.nodes.flatMap(({ isDown }, i) => (isDown ? [i] : []))
    const index = randomBelow(random, workers)
    const isUp = !world.nodes[index]!.isDown
    if (isUp && down.length < minority && randomBelow(random, 6) === 0) {
      await world.kill(index)
      downMs.set(index, passedMs)
    }
    const [back] = down
    const wasDownMs = back === undefined ? 0 : passedMs - downMs.get(back)!
    if (back !== undefined && randomBelow(random, 8) === 0) {
      // Who loses what it has signed may sign something else, as long as the round goes on.
      if (disks === 'kept') await world.restart(back)
      else if (wasDownMs >= FORGOTTEN_MS) {
        await world.replace(back)
        load.replaced++
      }
    }
    load.step()
    await world.run(STEP_MS)
  }
  for (const [index, { isDown }] of world.nodes.entries()) if (isDown) await world.restart(index)
  await world.run(SETTLE_MS)
  assert.deepEqual(world.fatal, [])
  assert.deepEqual(world.evidence, [])
  const rounds = world.nodes.map(({ history }) => history.lastSeenRound!)
  const common = rounds.reduce((a, b) => (a < b ? a : b))
  assert.ok(common >= world.chain.block.header.round - 2n, `${rounds}`)
  const roots = world.nodes.map(({ history }) =>
    toHex(history.block(common).block.header.stateRoot),
  )
  assert.equal(new Set(roots).size, 1)
  for (const node of world.nodes) load.check(node)
  assert.ok(world.chain.stories.every(({ bad }) => bad.length === 0))
  return load
}

describe('a committee of which any minority is killed under load', () => {
  for (const workers of [3, 4, 5, 6, 7])
    it(`of ${workers} nodes loses nothing, and goes on`, async () => {
      const load = await killAndRestart(workers, {})
      assert.ok(load.executed >= 20, `${load.executed} were executed`)
    })

  for (const seed of [1, 2, 3])
    it(`and comes back with empty disks loses nothing either (${seed})`, async () => {
      const load = await killAndRestart(5, { seed, disks: 'new' })
      assert.ok(load.replaced > 0)
      assert.ok(load.executed >= 20, `${load.executed} were executed`)
    })
})
