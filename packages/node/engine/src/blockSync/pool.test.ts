import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  BLOCK_SIZE_GUESS,
  BUFFER_BYTES_MAX,
  HEDGE_DELAY_MS,
  LACK_MS,
  LACKS_MAX,
  LATE_ANSWER_MS,
  PASSED_OVER_MS,
  PEER_BAN_MS,
  PEER_REQUESTS_MAX,
  PEER_SILENCE_MS,
  REQUEST_RETRY_MS,
} from './limits.ts'
import { BlockPool, type PoolEffect, type PoolInput } from './pool.ts'
import { PoolPeer } from './poolPeer.ts'
import { BEHAVIOURS, fakeBlock, PoolWorld } from './testing/poolWorld.ts'

/** A pool with a clock that the test moves. */
class Bench {
  readonly pool: BlockPool
  nowMs = 0

  constructor(height = 1n) {
    this.pool = new BlockPool(height)
  }

  take(input: PoolInput): readonly PoolEffect[] {
    return this.pool.take(input, this.nowMs)
  }

  status(peer: string, height: number, base = 1): readonly PoolEffect[] {
    return this.take({ kind: 'status', peer, base: BigInt(base), height: BigInt(height) })
  }

  block(peer: string, height: number, size = 100): readonly PoolEffect[] {
    return this.take({
      kind: 'block',
      peer,
      block: { ...fakeBlock(BigInt(height)), bytes: new Uint8Array(size) },
    })
  }

  noBlock(peer: string, height: number): readonly PoolEffect[] {
    return this.take({ kind: 'no-block', peer, height: BigInt(height) })
  }

  tickAfter(ms: number): readonly PoolEffect[] {
    this.nowMs += ms
    return this.take({ kind: 'tick' })
  }
}

function asked(effects: readonly PoolEffect[], peer?: string): number[] {
  return effects.flatMap((effect) =>
    effect.kind === 'request' && (peer === undefined || effect.peer === peer)
      ? [Number(effect.height)]
      : [],
  )
}

function punished(effects: readonly PoolEffect[]): string[] {
  return effects.flatMap((effect) => (effect.kind === 'punish' ? [effect.peer] : []))
}

function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i)
}

describe('a pool of blocks asks', () => {
  it('a peer for its blocks in order, as many at once as it may', () => {
    const bench = new Bench(5n)
    assert.deepEqual(asked(bench.status('a', 100)), range(5, PEER_REQUESTS_MAX))
    assert.deepEqual(asked(bench.block('a', 7)), [5 + PEER_REQUESTS_MAX])
  })

  it('for nothing that nobody has', () => {
    const bench = new Bench()
    assert.deepEqual(asked(bench.status('a', 3)), [1, 2, 3])
    assert.deepEqual(asked(bench.status('b', 9, 5)), [])
    assert.deepEqual(asked(bench.status('a', 4)), [4])
  })

  it('for no more than there would be room for, however many peers there are', () => {
    const bench = new Bench()
    let count = 0
    for (let i = 0; i < 50; i++) count += asked(bench.status(`p${i}`, 10_000)).length
    assert.equal(count, BUFFER_BYTES_MAX / BLOCK_SIZE_GUESS)
  })

  it('a second peer when the first one takes its time', () => {
    const bench = new Bench()
    bench.status('a', 2)
    bench.status('b', 2)
    bench.status('c', 2)
    assert.deepEqual(asked(bench.tickAfter(HEDGE_DELAY_MS - 1)), [])
    assert.deepEqual(asked(bench.tickAfter(1)), [1, 2])
    assert.deepEqual(asked(bench.tickAfter(HEDGE_DELAY_MS)), [])
  })

  it('somebody else for what could not be sent, and the same peer a little later', () => {
    const bench = new Bench()
    bench.status('a', 1)
    assert.deepEqual(bench.take({ kind: 'not-sent', peer: 'a', height: 1n }), [])
    assert.deepEqual(bench.status('a', 1), [])
    assert.deepEqual(asked(bench.tickAfter(1), 'a'), [1])
    bench.status('b', 1)
    const effects = bench.take({ kind: 'not-sent', peer: 'a', height: 1n })
    assert.deepEqual(asked(effects, 'b'), [1])
  })

  it('another peer for what one has not', () => {
    const bench = new Bench()
    bench.status('a', 1)
    bench.status('b', 1)
    assert.deepEqual(asked(bench.noBlock('a', 1), 'b'), [1])
  })

  it('another peer for what was of a liar, and the liar for nothing', () => {
    const bench = new Bench()
    bench.status('a', 2)
    bench.block('a', 1)
    bench.block('a', 2)
    const effects = bench.take({ kind: 'refused', height: 2n })
    assert.deepEqual(punished(effects), ['a'])
    assert.equal(bench.pool.pair, undefined)
    assert.deepEqual(asked(bench.status('a', 2)), [])
    assert.deepEqual(asked(bench.status('b', 2)), [1, 2])
    bench.nowMs += PEER_BAN_MS
    bench.tickAfter(0)
    assert.deepEqual(asked(bench.status('a', 3), 'a').includes(3), true)
  })

  it('another peer for what one has encoded anew, and is not angry with it', () => {
    const bench = new Bench()
    bench.status('a', 2)
    bench.status('b', 2)
    bench.block('a', 1)
    bench.block('a', 2)
    const effects = bench.take({ kind: 'encoded-anew', height: 1n })
    assert.deepEqual(punished(effects), [])
    assert.deepEqual(asked(effects, 'b'), [1])
    assert.equal(bench.pool.peerHeight, 2n)
    assert.deepEqual(asked(bench.tickAfter(LACK_MS), 'a'), [1])
  })

  it('others for what a peer was asked that is gone, and keeps what it had sent', () => {
    const bench = new Bench()
    bench.status('a', 3)
    bench.block('a', 1)
    bench.take({ kind: 'gone', peer: 'a' })
    assert.deepEqual(asked(bench.status('b', 3)), [2, 3])
    bench.block('b', 2)
    assert.notEqual(bench.pool.pair, undefined)
  })
})

describe('a pool of blocks asks again', () => {
  for (const [laterMs, isAskedAgain] of [
    [PASSED_OVER_MS - 1, false],
    [PASSED_OVER_MS, true],
  ] as const)
    it(`${isAskedAgain ? '' : 'not '}who has answered what it was asked ${laterMs} ms later`, () => {
      const bench = new Bench()
      bench.status('a', 2)
      bench.nowMs = laterMs
      assert.deepEqual(asked(bench.status('a', 3)), [3])
      bench.block('a', 3)
      assert.deepEqual(asked(bench.tickAfter(1)), isAskedAgain ? [1, 2] : [])
      assert.deepEqual(punished(bench.block('a', 1)), [])
      // Where it was asked twice, both answers may come.
      assert.deepEqual(punished(bench.block('a', 1)), isAskedAgain ? [] : ['a'])
    })

  it('who was silent, when those that are left do not give what is needed next', () => {
    const bench = new Bench()
    bench.status('silent', 3)
    bench.status('withholding', 3)
    assert.deepEqual(asked(bench.tickAfter(HEDGE_DELAY_MS), 'withholding'), [1, 2, 3])
    bench.nowMs = PEER_SILENCE_MS - 1
    bench.block('withholding', 3)
    assert.deepEqual(punished(bench.tickAfter(1)), ['silent'])
    assert.deepEqual(bench.status('silent', 3), [], 'the other one may give it yet')
    assert.deepEqual(asked(bench.status('withholding', 4)), [4])
    bench.block('withholding', 4)
    assert.deepEqual(asked(bench.tickAfter(1)), [1, 2])
    bench.status('silent', 3)
    assert.deepEqual(asked(bench.tickAfter(HEDGE_DELAY_MS), 'silent'), [1, 2])
  })
})

describe('a pool of blocks drops', () => {
  it('who says nothing although it was asked', () => {
    const bench = new Bench()
    bench.status('a', 9)
    assert.deepEqual(punished(bench.tickAfter(PEER_SILENCE_MS - 1)), [])
    assert.deepEqual(punished(bench.tickAfter(1)), ['a'])
  })

  it('who sends a block twice, but asks again where nobody else is left', () => {
    const bench = new Bench()
    bench.status('a', 9)
    bench.block('a', 1)
    assert.deepEqual(punished(bench.block('a', 1)), ['a'])
    assert.deepEqual(asked(bench.status('a', 9)), range(1, 9))
  })

  it('who says nothing, but asks again where nobody else is left', () => {
    const bench = new Bench()
    bench.status('a', 10)
    bench.status('b', 10)
    bench.tickAfter(HEDGE_DELAY_MS)
    assert.deepEqual(punished(bench.tickAfter(PEER_SILENCE_MS)).toSorted(), ['a', 'b'])
    // The way was cut, and is not any more.
    assert.deepEqual(asked(bench.status('a', 10)), range(1, 10))
    assert.deepEqual(bench.status('b', 10), [])
    bench.take({ kind: 'gone', peer: 'a' })
    assert.deepEqual(asked(bench.status('b', 10)), range(1, 10))
  })

  it('nobody who was not asked', () => {
    const bench = new Bench()
    bench.status('a', 0, 0)
    assert.deepEqual(punished(bench.tickAfter(10 * PEER_SILENCE_MS)), [])
  })

  it('who sends what nobody asked for, or sends it again', () => {
    const bench = new Bench()
    bench.status('a', 3)
    bench.status('b', 3)
    assert.deepEqual(punished(bench.block('a', 4)), ['a'])
    bench.block('b', 1)
    assert.deepEqual(punished(bench.block('b', 1)), ['b'])
  })

  it('not who answers late, and takes what it sends', () => {
    const bench = new Bench()
    bench.status('a', 2)
    bench.nowMs = 10_000
    bench.block('a', 2)
    bench.nowMs = 20_000
    bench.tickAfter(REQUEST_RETRY_MS - 20_000 - 6000)
    bench.tickAfter(6000)
    assert.deepEqual(punished(bench.block('a', 1)), [])
    assert.notEqual(bench.pool.pair, undefined)
  })

  it('who is slow, if somebody else is there', () => {
    const bench = new Bench()
    bench.status('a', 9)
    const effects: PoolEffect[] = []
    for (let i = 1; i < 9; i++) {
      bench.nowMs += 12_000
      effects.push(...bench.block('a', i), ...bench.take({ kind: 'tick' }))
    }
    assert.deepEqual(punished(effects), [], 'alone, it is better than nobody')
    bench.status('b', 9)
    bench.nowMs += 6000
    assert.deepEqual(punished(bench.take({ kind: 'tick' })), ['a'])
  })

  it('who has less than it had, or less than nothing', () => {
    for (const [base, height] of [
      [1, 8],
      [0, 9],
      [10, 9],
    ] as const) {
      const bench = new Bench()
      bench.status('a', 9)
      assert.deepEqual(punished(bench.status('a', height, base)), ['a'])
      assert.equal(bench.pool.peerHeight, undefined)
    }
    const bench = new Bench()
    bench.status('a', 1, 2)
    bench.status('a', 9)
    assert.equal(bench.pool.peerHeight, undefined, 'also from the beginning')
  })

  it('who lacks too much of what it says it has', () => {
    for (const [count, isAskedAgain] of [
      [LACKS_MAX, true],
      [LACKS_MAX + 1, false],
    ] as const) {
      const bench = new Bench()
      bench.status('a', 1000)
      const effects = range(1, count).flatMap((height) => bench.noBlock('a', height))
      assert.deepEqual(punished(effects), isAskedAgain ? [] : ['a'])
      assert.equal(asked(bench.tickAfter(LACK_MS), 'a').includes(1), isAskedAgain)
    }
  })
})

describe('a pool of blocks has caught up', () => {
  it('when nobody has two blocks more, and not before anybody is there', () => {
    const bench = new Bench(5n)
    assert.equal(bench.pool.isCaughtUp, false)
    bench.status('a', 7)
    assert.equal(bench.pool.isCaughtUp, false)
    const other = new Bench(5n)
    other.status('a', 6)
    assert.equal(other.pool.isCaughtUp, true)
    other.status('b', 0, 0)
    assert.equal(other.pool.isCaughtUp, true)
  })

  it('not because of a peer that has forgotten what is needed', () => {
    const bench = new Bench(5n)
    bench.status('a', 100, 6)
    assert.equal(bench.pool.peerHeight, undefined)
    assert.equal(bench.pool.isCaughtUp, false)
  })

  it('although somebody says it has more, and has not', () => {
    const bench = new Bench(5n)
    bench.status('a', 4)
    bench.status('liar', 1000)
    assert.equal(bench.pool.isCaughtUp, false)
    bench.noBlock('liar', 5)
    assert.equal(bench.pool.isCaughtUp, true)
  })
})

describe('a pool of blocks keeps', () => {
  it('no more bytes than it may, and the nearest ones', () => {
    const bench = new Bench()
    bench.status('a', 100)
    const big = BUFFER_BYTES_MAX / 4
    for (const height of [20, 19, 18, 17, 16, 15, 2, 1]) {
      bench.block('a', height, big)
      assert.ok(bench.pool.bufferedBytes <= BUFFER_BYTES_MAX + 2 * big)
    }
    assert.notEqual(bench.pool.pair, undefined)
    assert.deepEqual(asked(bench.tickAfter(0)), [], 'and asks for no more until there is room')
  })

  it('late answers welcome, but not for ever, and asks nobody for more than it may owe', () => {
    const peer = new PoolPeer('a', 1n, 1000n)
    for (let i = 1n; peer.hasRoom; i++) {
      peer.ask(i, 0)
      if (i <= BigInt(PEER_REQUESTS_MAX)) peer.giveUp(i, 0)
    }
    assert.equal(peer.pending.size, PEER_REQUESTS_MAX)
    peer.tick(LATE_ANSWER_MS - 1)
    assert.equal(peer.answered(1n, 9, LATE_ANSWER_MS - 1), true)
    assert.equal(peer.answered(1n, 9, LATE_ANSWER_MS - 1), false)
    peer.tick(LATE_ANSWER_MS)
    assert.equal(peer.answered(2n, 9, LATE_ANSWER_MS), false)
  })
})

describe('one honest peer is enough', () => {
  const others = BEHAVIOURS.filter((behaviour) => behaviour !== 'honest')

  for (const behaviour of others)
    it(`among many of the kind: ${behaviour}`, () => {
      const behaviours = ['honest' as const, ...new Array<typeof behaviour>(8).fill(behaviour)]
      const world = new PoolWorld({ seed: 1n, height: 100n, behaviours })
      assert.ok(world.run(600_000), `at ${world.pool.height} after ten minutes`)
      assert.ok(world.punished.every((one) => one.behaviour !== 'honest'))
      assert.ok(world.praised.includes('honest'))
    })

  it('whoever else is there', () => {
    fc.assert(
      fc.property(
        fc.bigInt(0n, 1n << 60n),
        fc.array(fc.constantFrom(...BEHAVIOURS), { maxLength: 12 }),
        (seed, behaviours) => {
          const world = new PoolWorld({ seed, height: 80n, behaviours: ['honest', ...behaviours] })
          assert.ok(world.run(900_000), `at ${world.pool.height} after a quarter of an hour`)
          assert.ok(world.punished.every((one) => one.behaviour !== 'honest'))
          assert.ok(world.requestCount < 80 * (3 + 4 * behaviours.length) + 400)
        },
      ),
      { numRuns: 60 },
    )
  })
})
