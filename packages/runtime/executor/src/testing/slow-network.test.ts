/**
 * Networks of compute nodes with a chain: what holds whatever gets lost, crashes or lies. That an
 * honest node never signs two things is asserted by the world, at every signature.
 */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { equalBytes, toHex } from '@wadi/base/bytes'
import fc from 'fast-check'
import type { Misdeed } from '../byzantine/misdeeds.ts'
import { valuesOf } from '../persistent/sortedMap.ts'
import { nextSeq, toyTransaction } from './toyRuntime.ts'
import { World, type WorldOptions } from './world.ts'

const SENDERS = ['alice', 'bob', 'carol'] as const

/** Transactions of several senders, at random places and times; how many there are of each. */
function submitAll(world: World, count: number, withinMs: number): Map<string, number> {
  const counts = new Map<string, number>()
  for (let i = 0; i < count; i++) {
    const sender = SENDERS[world.below(SENDERS.length)]!
    const seq = counts.get(sender) ?? 0
    counts.set(sender, seq + 1)
    const input = toyTransaction({ sender, seq, key: `key${i % 5}`, value: `${i}` })
    world.after(world.below(withinMs), () => submit(world, input))
  }
  return counts
}

/** To a node that is up and honest; later, if there is none. */
function submit(world: World, input: Uint8Array): void {
  const up = world.honest.filter(({ isUp }) => isUp)
  if (up.length === 0) world.after(1_000, () => submit(world, input))
  else up[world.below(up.length)]!.pool({ kind: 'submit', input, origin: 'local' })
}

/** Has everything been executed that was submitted? */
function isDone(world: World, counts: ReadonlyMap<string, number>): boolean {
  const state = world.storage.open(world.chain.block.header)
  const done = [...counts].every(([sender, count]) => nextSeq(state, sender) === count)
  state.dispose()
  return done
}

function runUntilDone(world: World, counts: ReadonlyMap<string, number>, withinMs: number): void {
  while (!isDone(world, counts) && world.nowMs < withinMs) world.run(1_000)
  assert.ok(isDone(world, counts), `not all was executed: ${storyOf(world)}`)
}

function storyOf({ chain, traces }: World): string {
  const stories = chain.stories.map(({ round, end, why, rank }) => `${round} ${end} ${why} ${rank}`)
  return [...stories.slice(-12), ...traces.slice(-40)].join('\n')
}

const seeds = fc.integer({ min: 0, max: 2 ** 31 })

describe('a network of compute nodes', () => {
  it('executes everything, of any size, in any order of messages', () => {
    const check = (seed: number, workers: number, backupWorkers: number) => {
      const world = new World({ seed, workers, backupWorkers })
      const counts = submitAll(world, 12, 15_000)
      runUntilDone(world, counts, 120_000)
      for (const { end, hadDiscrepancy } of world.chain.stories) {
        assert.equal(end, 'normal')
        assert.equal(hadDiscrepancy, false)
      }
      assert.deepEqual(world.evidence, [])
    }
    const sizes = [fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 3 })] as const
    fc.assert(fc.property(seeds, ...sizes, check), { numRuns: 12 })
  })

  it('executes everything where a third of the messages gets lost', () => {
    const check = (seed: number) => {
      const world = new World({ seed, workers: 3, backupWorkers: 2, lossPercent: 33 })
      runUntilDone(world, submitAll(world, 8, 15_000), 600_000)
    }
    fc.assert(fc.property(seeds, check), { numRuns: 8 })
  })

  it('executes everything where nodes are workers and backup workers at once', () => {
    const check = (seed: number) => {
      const world = new World({ seed, workers: 3, backupWorkers: 2, backupFrom: 1 })
      runUntilDone(world, submitAll(world, 8, 15_000), 120_000)
    }
    fc.assert(fc.property(seeds, check), { numRuns: 6 })
  })

  it('makes a block now and then where nothing happens', () => {
    const world = new World({ seed: 3, workers: 3, backupWorkers: 1, flushMs: 4_000n })
    world.run(60_000)
    const rounds = Number(world.chain.block.header.round)
    assert.ok(rounds >= 9 && rounds <= 16, `${rounds} rounds`)
  })

  it('goes on after an epoch and after a suspension, with whoever is elected then', () => {
    const check = (seed: number) => {
      const world = new World({ seed, workers: 3, backupWorkers: 2 })
      const counts = submitAll(world, 10, 30_000)
      world.after(5_000 + world.below(3_000), () => world.beginEpoch(1))
      world.after(12_000 + world.below(3_000), () => world.beginEpoch(undefined))
      world.after(20_000 + world.below(3_000), () => world.beginEpoch(2))
      runUntilDone(world, counts, 180_000)
      const ends = world.chain.stories.map(({ end }) => end)
      assert.ok(ends.includes('epochTransition') && ends.includes('suspended'))
    }
    fc.assert(fc.property(seeds, check), { numRuns: 6 })
  })
})

describe('a network whose pools are fuller than its batches may be', () => {
  /** What a transaction is about, and of what size. */
  interface Wish {
    readonly key: 'value' | 'send' | 'send-nothing' | 'pass'
    readonly size: number
    readonly priority: number
  }
  const wish = (key: Wish['key'], size: fc.Arbitrary<number>, priority: fc.Arbitrary<number>) =>
    fc.record({ key: fc.constant(key), size, priority })
  const equal = fc.constant(0)
  const wishes = fc.oneof(
    wish('value', fc.integer({ min: 1, max: 1_500 }), equal),
    wish('send', fc.nat(6), equal),
    wish('send-nothing', fc.constant(0), equal),
    wish('pass', fc.integer({ min: 1, max: 900 }), fc.nat(1)),
  )
  const bounds = fc.record({
    maxBatchSize: fc.bigInt(1n, 8n),
    maxBatchSizeBytes: fc.bigInt(1_024n, 4_096n),
    maxMessages: fc.nat(3),
  })
  type Bounds = typeof bounds extends fc.Arbitrary<infer T> ? T : never

  /** Is it, as the only transaction, a batch that everybody accepts? */
  function canBeExecuted({ key, size }: Wish, { maxMessages, maxBatchSizeBytes }: Bounds): boolean {
    if (key === 'send') return size <= maxMessages
    return key === 'value' && size + 50 <= Number(maxBatchSizeBytes)
  }

  /** What is never executed is its sender's only transaction. How many of the others there are. */
  function submitWishes(world: World, runtime: Bounds, all: readonly Wish[]): Map<string, number> {
    const counts = new Map<string, number>()
    for (const [i, wish] of all.entries()) {
      const { key, size, priority } = wish
      const isGood = canBeExecuted(wish, runtime)
      const sender = isGood ? SENDERS[i % SENDERS.length]! : `bad${i}`
      const seq = counts.get(sender) ?? 0
      if (isGood) counts.set(sender, seq + 1)
      const isLong = key === 'value' || key === 'pass'
      const value = isLong ? 'x'.repeat(size) : `${size}`
      submit(world, toyTransaction({ sender, seq, priority, key, value }))
    }
    return counts
  }

  it('makes batches that nobody has to fail, and of all only what is passed over stays', () => {
    const check = (seed: number, workers: number, runtime: Bounds, all: readonly Wish[]) => {
      const world = new World({ seed, workers, backupWorkers: 0, flushMs: 60_000n, ...runtime })
      runUntilDone(world, submitWishes(world, runtime, all), 120_000)
      world.run(30_000)
      const staying = all.filter(({ key }) => key === 'pass').length
      for (const { state } of world.nodes) assert.equal(state.pool.main.byKey.size, staying)
      for (const { end, hadDiscrepancy, bad } of world.chain.stories)
        assert.deepEqual([end, hadDiscrepancy, bad], ['normal', false, []])
    }
    const sizes = fc.integer({ min: 1, max: 4 })
    const many = fc.array(wishes, { minLength: 1, maxLength: 40 })
    fc.assert(fc.property(seeds, sizes, bounds, many, check), { numRuns: 15 })
  })
})

describe('a network in which commitments get lost', () => {
  it('executes everything, as they are submitted again', () => {
    const check = (seed: number) => {
      const world = new World({ seed, workers: 3, backupWorkers: 0, lostCommitPercent: 40 })
      runUntilDone(world, submitAll(world, 8, 15_000), 240_000)
      assert.ok(world.chain.stories.every(({ bad }) => bad.length === 0))
    }
    fc.assert(fc.property(seeds, check), { numRuns: 8 })
  })
})

describe('a network whose nodes crash', () => {
  it('executes everything once they are back, and nobody signs twice', () => {
    const check = (seed: number) => {
      const world = new World({ seed, workers: 4, backupWorkers: 2, allowedStragglers: 1 })
      const counts = submitAll(world, 10, 30_000)
      for (let i = 0; i < 25; i++) {
        world.after(world.below(45_000), () => crash(world, 50 + world.below(6_000)))
      }
      runUntilDone(world, counts, 600_000)
    }
    fc.assert(fc.property(seeds, check), { numRuns: 10 })
  })
})

describe('a network whose nodes crash right after they have signed', () => {
  it('goes on, and nobody signs twice', () => {
    const check = (seed: number) => {
      const world = new World({
        seed,
        workers: 3,
        backupWorkers: 3,
        allowedStragglers: 1,
        crashPercent: 30,
      })
      // What is lost with a node comes again.
      for (let ms = 0; ms < 60_000; ms += 500) {
        const input = toyTransaction({ sender: `sender${ms}` })
        world.after(ms, () => submit(world, input))
      }
      world.run(60_000)
      assert.ok(world.chain.lastNormalRound >= 5n, storyOf(world))
    }
    fc.assert(fc.property(seeds, check), { numRuns: 4 })
  })
})

/** One node goes down for a while. Transactions in its memory are lost, so another one submits. */
function crash(world: World, durationMs: number): void {
  const up = world.nodes.filter(({ isUp }) => isUp)
  // Of pools that are in memory only, one has to be left.
  if (up.length < world.nodes.length - 1) return
  const node = up[world.below(up.length)]!
  const waiting = [...inputsOf(node.state.pool)]
  node.crash()
  for (const input of waiting) submit(world, input)
  world.after(durationMs, () => node.restart(world.base()))
}

function* inputsOf({ main, pending, running }: World['nodes'][0]['state']['pool']) {
  for (const { input } of valuesOf(main.all)) yield input
  for (const { input } of valuesOf(pending.byPlace)) yield input
  for (const { input } of running?.checks ?? []) yield input
}

describe('a network with liars', () => {
  const MISDEEDS: readonly Misdeed[] = [
    'wrong-result',
    'wrong-io',
    'straggler',
    'failure',
    'runaway',
    'withheld-batch',
    'invalid-batch-hash',
    'equivocation',
  ]
  const misdeeds = fc.subarray([...MISDEEDS], { minLength: 1, maxLength: 2 })

  /** Every state that was agreed on is what honest execution gives. */
  function assertHonestStates({ chain, storage }: World): void {
    for (const { header } of chain.blocks) {
      assert.ok(storage.has(header.stateRoot), 'a state that nobody honest has made')
    }
  }

  it('executes everything, and only what honest nodes compute', () => {
    const check = (seed: number, liar: number, done: readonly Misdeed[]) => {
      const options: WorldOptions = {
        seed,
        workers: 3,
        backupWorkers: 3,
        misdeeds: { [liar]: done },
      }
      const world = new World(options)
      const counts = submitAll(world, 6, 15_000)
      runUntilDone(world, counts, 900_000)
      assertHonestStates(world)
      const id = world.nodes[liar]!.member.id
      for (const { bad } of world.chain.stories) {
        for (const name of bad) assert.equal(name, toHex(id), 'somebody honest is blamed')
      }
      for (const { evidence } of world.evidence) {
        const { equivocationExecutor, equivocationProp } = evidence
        const nodeId = equivocationExecutor?.commitA.nodeId ?? equivocationProp?.propA.nodeId
        assert.ok(nodeId !== undefined && equalBytes(nodeId, id))
      }
    }
    const liars = fc.integer({ min: 0, max: 5 })
    fc.assert(fc.property(seeds, liars, misdeeds, check), { numRuns: 25 })
  })

  it('agrees on a lie if all workers tell the same one, and on nothing else', () => {
    const lie = ['wrong-result'] as const
    const world = new World({
      seed: 11,
      workers: 2,
      backupWorkers: 2,
      misdeeds: { 0: lie, 1: lie },
    })
    world.run(4_000)
    const [first] = world.chain.stories
    assert.equal(first?.end, 'normal')
    assert.ok(!world.storage.has(world.chain.blocks[0]!.header.stateRoot))
  })
})
