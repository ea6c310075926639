import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { equalBytes, toHex, toUtf8 } from '@wadi/base/bytes'
import { randomBelow, SeededRandom } from '@wadi/base/random'
import { make } from '@wadi/cbor/codec'
import { Header } from '@wadi/consensus/roothash/block'
import { ROOT_TYPE_IO, ROOT_TYPE_STATE, type Root } from '@wadi/mkvs/roots'
import { EMPTY_HASH, type Hash, hashOfBytes } from '@wadi/primitives/hash'
import fc from 'fast-check'
import {
  CHUNK_FAILURES_MAX,
  CHUNKS_IN_FLIGHT_MAX,
  NEXT_FAILURES_MAX,
  ROUNDS_IN_FLIGHT_MAX,
} from '../limits.ts'
import { RUNTIME_ID } from '../testing/testNetwork.ts'
import type { SyncEffect } from './effect.ts'
import type { ChunkInput, OfferedCheckpoint, SyncInput } from './input.ts'
import { startSync, stepSync } from './step.ts'
import type { SyncStart, SyncState } from './syncState.ts'

const hashOf = (text: string): Hash => hashOfBytes(toUtf8(text))

/** A chain in which every third round brought nothing. */
function headerOf(round: bigint): Header {
  const isEmpty = round % 3n === 2n
  const stateRound = isEmpty ? round - 1n : round
  return make(Header, {
    namespace: RUNTIME_ID,
    round,
    ioRoot: isEmpty || round === 0n ? EMPTY_HASH : hashOf(`io ${round}`),
    stateRoot: round === 0n ? EMPTY_HASH : hashOf(`state ${stateRound}`),
  })
}

function lastOf(round: bigint) {
  const { ioRoot, stateRoot } = headerOf(round)
  return { round, ioRoot, stateRoot }
}

const GENESIS: SyncStart = {
  namespace: RUNTIME_ID,
  genesisRound: 0n,
  last: lastOf(0n),
  checkpoints: 'wanted',
}

/** Storage, history and peers, which answer when the test likes. */
class SyncWorld {
  state: SyncState
  readonly waiting: SyncEffect[] = []
  readonly done: SyncEffect[] = []
  finalized: bigint[] = []
  readonly #timers = new Map<string, number>()

  constructor(start: SyncStart = GENESIS) {
    this.state = startSync(start)
  }

  give(input: SyncInput): this {
    const { state, effects } = stepSync(this.state, input)
    this.state = state
    for (const effect of effects) {
      if (effect.kind === 'set-timer') this.#timers.set(effect.timer, effect.afterMs)
      this.waiting.push(effect)
    }
    return this
  }

  block(round: bigint): this {
    return this.give({ kind: 'new-block', header: headerOf(round) })
  }

  /** Takes an effect out of those that wait; the first one of a kind. */
  take<K extends SyncEffect['kind']>(kind: K): Extract<SyncEffect, { kind: K }> | undefined {
    const i = this.waiting.findIndex((effect) => effect.kind === kind)
    if (i < 0) return undefined
    const [effect] = this.waiting.splice(i, 1)
    this.done.push(effect!)
    return effect as Extract<SyncEffect, { kind: K }>
  }

  count(kind: SyncEffect['kind']): number {
    return this.waiting.filter((effect) => effect.kind === kind).length
  }

  timerMs(timer: string): number | undefined {
    return this.#timers.get(timer)
  }

  /** Answers an effect as an honest world would; `lie`: as a peer that lies, or is not there. */
  answer(effect: SyncEffect, lie: 'none' | 'absent' | 'wrong' = 'none'): void {
    this.done.push(effect)
    switch (effect.kind) {
      case 'read-headers':
        this.give({ kind: 'headers', headers: effect.rounds.map(headerOf) })
        return
      case 'fetch-diff': {
        const { round, to } = effect
        const writeLog = [[to.hash, lie === 'wrong' ? undefined : to.hash]] as const
        const fetched = {
          kind: 'fetched',
          writeLog,
          peer: lie === 'wrong' ? 'liar' : 'good',
        } as const
        const outcome = lie === 'absent' ? ({ kind: 'failed' } as const) : fetched
        this.give({ kind: 'diff', round, type: to.type, outcome })
        return
      }
      case 'apply': {
        const { round, type, writeLog } = effect
        const isGood = writeLog.every(([, value]) => value !== undefined)
        this.give({ kind: 'applied', round, type, outcome: isGood ? 'applied' : 'other-root' })
        return
      }
      case 'finalize':
        this.finalized.push(effect.round)
        this.give({ kind: 'finalized', round: effect.round, outcome: 'final' })
        return
      default:
    }
  }

  /** Answers all there is until nothing waits. */
  settle(): this {
    for (let effect = this.waiting.shift(); effect !== undefined; effect = this.waiting.shift()) {
      this.answer(effect)
    }
    return this
  }

  effects<K extends SyncEffect['kind']>(kind: K): Extract<SyncEffect, { kind: K }>[] {
    return [...this.done, ...this.waiting].filter(
      (effect): effect is Extract<SyncEffect, { kind: K }> => effect.kind === kind,
    )
  }
}

describe('following rounds', () => {
  it('fetches both trees of a round, applies them, and makes it final', () => {
    const world = new SyncWorld().block(1n)
    const fetches = world.effects('fetch-diff')
    assert.deepEqual(
      fetches.map(({ from, to }) => [from.type, from.version, to.version]),
      [
        [ROOT_TYPE_IO, 1n, 1n],
        [ROOT_TYPE_STATE, 0n, 1n],
      ],
    )
    assert.deepEqual(fetches[0]!.from.hash, EMPTY_HASH)
    world.settle()
    assert.deepEqual(world.finalized, [1n])
    assert.deepEqual(world.effects('synced'), [{ kind: 'synced', round: 1n }])
    assert.deepEqual(
      world.effects('feedback').map(({ verdict }) => verdict),
      ['good', 'good'],
    )
  })

  it('asks nobody for a round without a result', () => {
    const world = new SyncWorld({ ...GENESIS, last: lastOf(1n) }).block(2n)
    assert.deepEqual(world.effects('fetch-diff'), [])
    world.settle()
    assert.deepEqual(world.finalized, [2n])
    assert.deepEqual(world.effects('feedback'), [])
  })

  it('applies nothing of what is here already', () => {
    const world = new SyncWorld().block(1n)
    for (const { round, to } of world.effects('fetch-diff')) {
      world.give({ kind: 'diff', round, type: to.type, outcome: { kind: 'present' } })
    }
    assert.deepEqual(world.effects('apply'), [])
    assert.equal(world.count('finalize'), 1)
  })

  it(`fetches ${ROUNDS_IN_FLIGHT_MAX} rounds at once, and no more`, () => {
    const start = { ...GENESIS, checkpoints: 'off' } as const
    const world = new SyncWorld(start).block(250n)
    world.answer(world.take('read-headers')!)
    assert.equal(world.state.rounds.size, ROUNDS_IN_FLIGHT_MAX)
    world.settle()
    assert.equal(world.finalized.length, 250)
    assert.equal(world.state.finalized, 250n)
  })

  it('punishes who sends something else, and asks another one', () => {
    const world = new SyncWorld().block(1n)
    world.answer(world.take('fetch-diff')!, 'wrong')
    world.answer(world.take('apply')!)
    assert.deepEqual(world.effects('feedback'), [
      { kind: 'feedback', peer: 'liar', verdict: 'bad' },
    ])
    assert.equal(world.count('fetch-diff'), 2)
    world.settle()
    assert.deepEqual(world.finalized, [1n])
  })

  it('tries again after a while, less and less often', () => {
    const world = new SyncWorld().block(1n)
    world.answer(world.take('fetch-diff')!, 'absent')
    world.answer(world.take('fetch-diff')!, 'absent')
    const waits: (number | undefined)[] = []
    for (let i = 0; i < 5; i++) {
      waits.push(world.timerMs('heartbeat'))
      assert.equal(world.count('fetch-diff'), 0)
      world.give({ kind: 'timeout', timer: 'heartbeat' })
      while (world.count('fetch-diff') > 0) world.answer(world.take('fetch-diff')!, 'absent')
    }
    assert.deepEqual(waits, [5_000, 7_500, 11_250, 16_875, 20_000])
    world.block(2n)
    assert.equal(world.timerMs('heartbeat'), 5_000)
  })

  it(`looks for a checkpoint when nobody had the next round ${NEXT_FAILURES_MAX} times`, () => {
    const ask = (world: SyncWorld, times: number) => {
      for (let i = 0; i < times; i++) {
        if (world.count('fetch-diff') === 0) world.give({ kind: 'timeout', timer: 'heartbeat' })
        world.answer(world.take('fetch-diff')!, 'absent')
      }
      return world
    }
    const world = ask(new SyncWorld().block(1n), NEXT_FAILURES_MAX - 1)
    assert.equal(world.count('list-checkpoints'), 0)
    assert.equal(ask(world, 1).count('list-checkpoints'), 1)
    const off = new SyncWorld({ ...GENESIS, checkpoints: 'off' }).block(1n)
    assert.equal(ask(off, NEXT_FAILURES_MAX).count('list-checkpoints'), 0)
  })

  it('stops where storage cannot make a round final', () => {
    const world = new SyncWorld().block(1n)
    while (world.count('finalize') === 0) world.answer(world.waiting.shift()!)
    world.give({ kind: 'finalized', round: 1n, outcome: 'failed' })
    assert.equal(world.effects('stop').length, 1)
    assert.deepEqual(stepSync(world.state, { kind: 'new-block', header: headerOf(2n) }).effects, [])
  })

  it('waits where storage could not take changes, whatever comes meanwhile, and blames nobody', () => {
    const world = new SyncWorld().block(3n)
    world.answer(world.take('read-headers')!)
    const fail = () => {
      const { round, type } = world.take('apply')!
      world.give({ kind: 'applied', round, type, outcome: 'failed' })
    }
    world.answer(world.take('fetch-diff')!)
    fail()
    // The other trees come in: as long as storage fails nothing is asked for again.
    while (world.count('fetch-diff') > 0) world.answer(world.take('fetch-diff')!)
    assert.equal(world.count('apply'), 0)
    assert.deepEqual(world.effects('feedback'), [])
    world.give({ kind: 'timeout', timer: 'heartbeat' })
    assert.equal(world.count('fetch-diff') + world.count('apply'), 2)
    fail()
    world.block(4n).settle()
    assert.equal(world.state.finalized, 4n)
  })

  it('is of use to others while it is less than 10 rounds behind, until it is more than 15', () => {
    const start = { ...GENESIS, checkpoints: 'off', last: lastOf(20n) } as const
    const cases = [
      [29n, true],
      [30n, false],
    ] as const
    for (const [latest, expected] of cases) {
      const world = new SyncWorld(start).block(latest)
      assert.equal(world.state.isAvailable, expected, `${latest}`)
    }
    const world = new SyncWorld(start).block(21n)
    for (let round = 22n; round <= 35n; round++) world.block(round)
    assert.equal(world.state.isAvailable, true)
    assert.equal(world.block(36n).state.isAvailable, false)
  })

  it('ignores answers that nobody waits for', () => {
    const world = new SyncWorld().block(1n)
    const before = world.state
    world.give({ kind: 'applied', round: 1n, type: ROOT_TYPE_IO, outcome: 'applied' })
    world.give({ kind: 'applied', round: 9n, type: ROOT_TYPE_IO, outcome: 'applied' })
    world.give({ kind: 'diff', round: 9n, type: ROOT_TYPE_IO, outcome: { kind: 'present' } })
    world.give({ kind: 'finalized', round: 1n, outcome: 'final' })
    world.give({ kind: 'headers', headers: [headerOf(900n)] })
    world.give({ kind: 'checkpoints', checkpoints: [] })
    world.give({ kind: 'timeout', timer: 'restore' })
    assert.deepEqual({ ...world.state, isReading: false }, { ...before, isReading: false })
  })

  it('gets there in order, whatever peers do and in whatever order answers come', () => {
    const check = (seed: number, count: number) => {
      const random = new SeededRandom(BigInt(seed))
      const world = new SyncWorld({ ...GENESIS, checkpoints: 'off' })
      let latest = 0n
      for (let i = 0; i < 5_000 && world.finalized.length < count; i++) {
        const kind = randomBelow(random, 20)
        if (kind === 0 && latest < BigInt(count)) world.block(++latest)
        else if (kind === 1) world.give({ kind: 'timeout', timer: 'heartbeat' })
        else if (world.waiting.length > 0) {
          const at = randomBelow(random, world.waiting.length)
          const [effect] = world.waiting.splice(at, 1)
          const lie = (['none', 'none', 'absent', 'wrong'] as const)[randomBelow(random, 4)]!
          world.answer(effect!, lie)
        }
        assert.ok(world.count('apply') <= 1, 'one tree at a time')
        assert.ok(world.count('finalize') <= 1, 'one round at a time')
      }
      const expected = Array.from({ length: count }, (_, i) => BigInt(i + 1))
      assert.deepEqual(world.finalized, expected)
      for (const { peer, verdict } of world.effects('feedback')) {
        assert.equal(verdict, peer === 'liar' ? 'bad' : 'good')
      }
    }
    const counts = fc.integer({ min: 1, max: 30 })
    fc.assert(fc.property(fc.nat(), counts, check), { numRuns: 40 })
  })
})

/** A checkpoint of a tree, as an honest peer has it. */
function offer(round: bigint, type: Root['type'], options: Partial<OfferedCheckpoint> = {}) {
  const { ioRoot, stateRoot } = headerOf(round)
  const hash = type === ROOT_TYPE_IO ? ioRoot : stateRoot
  const root: Root = { namespace: RUNTIME_ID, version: round, type, hash }
  const chunks = Array.from({ length: 20 }, (_, i) => hashOf(`chunk ${i}`))
  return { root, chunks, peers: ['peer'], ...options }
}

const both = (round: bigint) => [offer(round, ROOT_TYPE_IO), offer(round, ROOT_TYPE_STATE)]

describe('restoring a checkpoint', () => {
  const FAR = 1_000n

  /** A world that is far behind, and is offered checkpoints. */
  function offered(checkpoints: readonly OfferedCheckpoint[], start = GENESIS): SyncWorld {
    const world = new SyncWorld(start).block(FAR)
    assert.ok(world.take('list-checkpoints'))
    world.give({ kind: 'checkpoints', checkpoints })
    const read = world.take('read-headers')
    if (read !== undefined) world.answer(read)
    return world
  }

  /** Chunks come until the tree is complete, or until one is not as it should be. */
  function restoreTree(world: SyncWorld, outcome: ChunkInput['outcome'] = 'complete'): void {
    const { checkpoint } = world.take('restore-tree')!
    let left = checkpoint.chunks.length
    while (left > 0) {
      const chunk = world.take('fetch-chunk')!
      if (chunk.checkpoint !== checkpoint) continue
      left--
      const { root } = checkpoint
      const one = { kind: 'chunk', root, index: chunk.index, peer: 'peer' } as const
      world.give({ ...one, outcome: left === 0 ? outcome : 'restored' })
    }
  }

  it('is tried where nobody has the next round, and whatever was under way is left', () => {
    for (const isOffered of [true, false]) {
      const world = new SyncWorld().block(7n)
      world.answer(world.take('read-headers')!)
      for (let failures = 0; failures < NEXT_FAILURES_MAX; ) {
        const i = world.waiting.findIndex((one) => one.kind === 'fetch-diff' && one.round === 1n)
        if (i < 0) world.give({ kind: 'timeout', timer: 'heartbeat' })
        else {
          world.answer(world.waiting.splice(i, 1)[0]!, 'absent')
          failures++
        }
      }
      assert.ok(world.take('list-checkpoints'))
      // Answers that nobody waits for any more.
      while (world.count('fetch-diff') > 0) world.answer(world.take('fetch-diff')!)
      assert.equal(world.count('apply'), 0)
      if (isOffered) {
        world.give({ kind: 'checkpoints', checkpoints: both(6n) })
        world.answer(world.take('read-headers')!)
        restoreTree(world)
        restoreTree(world)
      } else {
        world.give({ kind: 'checkpoints', checkpoints: undefined })
        world.give({ kind: 'timeout', timer: 'restore' })
        world.give({ kind: 'checkpoints', checkpoints: undefined })
      }
      world.settle()
      assert.equal(world.state.finalized, 7n)
      assert.equal(world.finalized[0], isOffered ? 6n : 1n)
    }
  })

  it('takes the newest round, both trees of it, and goes on from there', () => {
    const world = offered([...both(301n), ...both(901n), ...both(601n)])
    assert.equal(world.take('begin-restore')?.round, 901n)
    assert.equal(world.count('fetch-chunk'), CHUNKS_IN_FLIGHT_MAX)
    restoreTree(world)
    restoreTree(world)
    const { round, roots } = world.take('finalize')!
    assert.equal(round, 901n)
    assert.equal(roots.length, 2)
    world.give({ kind: 'finalized', round, outcome: 'final' })
    assert.deepEqual(world.take('synced'), { kind: 'synced', round: 901n })
    world.settle()
    assert.equal(world.state.finalized, FAR)
    assert.equal(world.finalized[0], 902n)
  })

  it('needs no inputs where there are none', () => {
    const world = offered([offer(902n, ROOT_TYPE_STATE)])
    restoreTree(world)
    assert.equal(world.take('finalize')?.round, 902n)
  })

  it('punishes who offers another root, and does not ask for it', () => {
    const { root } = offer(901n, ROOT_TYPE_STATE)
    const lie = offer(901n, ROOT_TYPE_STATE, {
      root: { ...root, hash: hashOf('lie') },
      peers: ['liar', 'fool'],
    })
    const other = offer(901n, ROOT_TYPE_STATE, { root: { ...root, namespace: new Uint8Array(32) } })
    const world = offered([lie, other])
    assert.deepEqual(
      world
        .effects('feedback')
        .map(({ peer, verdict }) => `${peer} ${verdict}`)
        .sort(),
      ['fool bad', 'liar bad', 'peer bad'],
    )
    assert.deepEqual(world.effects('begin-restore'), [])
    assert.equal(world.timerMs('restore'), 10_000)
  })

  it('ignores what cannot be used', () => {
    const { root } = offer(0n, ROOT_TYPE_IO)
    const useless = [
      offer(901n, ROOT_TYPE_STATE, { chunks: [] }),
      offer(0n, ROOT_TYPE_IO, { root }),
      offer(0n, ROOT_TYPE_STATE),
    ]
    const world = offered(useless)
    assert.deepEqual(world.effects('begin-restore'), [])
    assert.deepEqual(world.effects('feedback'), [])
  })

  it('goes over to the next when a chunk proves that the checkpoint is a lie', () => {
    const checkpoints = [...both(901n), ...both(601n)]
    const world = offered(checkpoints)
    restoreTree(world, 'wrong')
    assert.ok(world.effects('feedback').some(({ verdict }) => verdict === 'bad'))
    // The other tree of the round may be good, but without both it is of no use.
    restoreTree(world)
    assert.equal(world.effects('begin-restore').at(-1)?.round, 601n)
    restoreTree(world)
    restoreTree(world)
    assert.equal(world.take('finalize')?.round, 601n)
  })

  it(`asks ${CHUNK_FAILURES_MAX} times more for a chunk, and then tries the next`, () => {
    const world = offered([...both(901n), ...both(601n)])
    const { checkpoint } = world.take('restore-tree')!
    const chunk = { kind: 'chunk', root: checkpoint.root, index: 0 } as const
    for (let i = 0; i < CHUNK_FAILURES_MAX; i++) {
      world.give({ ...chunk, outcome: i % 2 === 0 ? 'unavailable' : 'corrupted' })
      assert.equal(world.count('restore-tree'), 0)
    }
    const asked = world.effects('fetch-chunk').filter(({ index }) => index === 0)
    assert.equal(asked.length, CHUNK_FAILURES_MAX + 1)
    world.give({ ...chunk, outcome: 'unavailable' })
    assert.equal(world.count('restore-tree'), 1)
  })

  it('comes to nothing twice, and then follows the rounds one by one', () => {
    const world = offered([])
    assert.equal(world.timerMs('restore'), 10_000)
    world.give({ kind: 'timeout', timer: 'restore' })
    assert.ok(world.take('list-checkpoints'))
    world.give({ kind: 'checkpoints', checkpoints: undefined })
    world.settle()
    assert.equal(world.state.finalized, FAR)
  })

  it('never gives up where there is nothing to begin with', () => {
    const world = offered([], { ...GENESIS, last: undefined, checkpoints: 'off' })
    for (let i = 0; i < 5; i++) {
      world.give({ kind: 'timeout', timer: 'restore' })
      assert.ok(world.take('list-checkpoints'))
      world.give({ kind: 'checkpoints', checkpoints: both(901n) })
    }
    assert.deepEqual(world.effects('begin-restore'), [])
    world.give({ kind: 'timeout', timer: 'restore' })
    world.take('list-checkpoints')
    const first = { ...offer(0n, ROOT_TYPE_STATE) }
    world.give({ kind: 'checkpoints', checkpoints: [first] })
    world.answer(world.take('read-headers')!)
    assert.equal(world.take('begin-restore')?.round, 0n)
  })

  it('is not tried where a few rounds are missing, or nobody wants it', () => {
    const near = new SyncWorld().block(BigInt(ROUNDS_IN_FLIGHT_MAX))
    assert.deepEqual(near.effects('list-checkpoints'), [])
    const off = new SyncWorld({ ...GENESIS, checkpoints: 'off' }).block(FAR)
    assert.deepEqual(off.effects('list-checkpoints'), [])
  })

  it('ends where local storage fails, and is tried again', () => {
    const world = offered(both(901n))
    const { checkpoint } = world.take('restore-tree')!
    world.give({ kind: 'chunk', root: checkpoint.root, index: 0, outcome: 'failed' })
    assert.equal(world.count('abort-restore'), 1)
    assert.equal(world.timerMs('restore'), 10_000)
  })

  it('goes over to the next where all chunks together are not the tree', () => {
    const world = offered([...both(901n), ...both(601n)])
    restoreTree(world, 'restored')
    assert.equal(world.count('restore-tree'), 1)
  })

  it('ignores chunks that were not asked for', () => {
    const world = offered(both(901n))
    const { checkpoint } = world.take('restore-tree')!
    const before = world.state
    world.give({ kind: 'chunk', root: checkpoint.root, index: 19, outcome: 'complete' })
    const { root } = offer(601n, ROOT_TYPE_STATE)
    world.give({ kind: 'chunk', root, index: 0, outcome: 'complete' })
    assert.deepEqual(world.state, before)
  })

  it('gets there with any mixture of peers', () => {
    const check = (seed: number) => {
      const random = new SeededRandom(BigInt(seed))
      const world = offered([...both(901n), ...both(601n), ...both(301n)])
      const left = new Map<string, Set<number>>()
      for (let i = 0; i < 20_000 && world.state.finalized !== FAR; i++) {
        for (let tree = world.take('restore-tree'); tree; tree = world.take('restore-tree')) {
          left.delete(`${tree.checkpoint.root.type} ${toHex(tree.checkpoint.root.hash)}`)
        }
        const at = randomBelow(random, Math.max(1, world.waiting.length))
        const [effect] = world.waiting.splice(at, 1)
        if (effect === undefined) {
          world.give({ kind: 'timeout', timer: world.state.restore ? 'restore' : 'heartbeat' })
        } else if (effect.kind === 'fetch-chunk') {
          const { root, chunks } = effect.checkpoint
          const key = `${root.type} ${toHex(root.hash)}`
          const missing = left.get(key) ?? new Set(chunks.keys())
          left.set(key, missing)
          const chance = randomBelow(random, 60)
          const chunk = { kind: 'chunk', root, index: effect.index } as const
          if (chance === 0) world.give({ ...chunk, outcome: 'wrong' })
          else if (chance < 10) world.give({ ...chunk, outcome: 'unavailable' })
          else {
            missing.delete(effect.index)
            world.give({ ...chunk, outcome: missing.size === 0 ? 'complete' : 'restored' })
          }
        } else if (effect.kind === 'list-checkpoints') {
          world.give({ kind: 'checkpoints', checkpoints: both(901n) })
        } else world.answer(effect)
        const inFlight = world.state.restore?.tree?.inFlight.size ?? 0
        assert.ok(inFlight <= CHUNKS_IN_FLIGHT_MAX)
      }
      assert.equal(world.state.finalized, FAR)
      const { stateRoot } = headerOf(FAR)
      assert.ok(equalBytes(world.state.applied!.stateRoot, stateRoot))
    }
    fc.assert(fc.property(fc.nat(), check), { numRuns: 15 })
  })
})
