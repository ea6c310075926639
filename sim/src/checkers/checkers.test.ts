import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode } from '@wadi/protobuf/codec'
import { ConsensusMessage } from '@wadi/tendermint/messages/consensus'
import { canonicalVoteBytes } from '@wadi/tendermint/signBytes'
import type { Vote } from '@wadi/tendermint/types/vote'
import { VOTES } from '../byzantine/channels.ts'
import { SIM_ROUND_CONFIG } from '../nodes/simNode.ts'
import { FakeWorld } from '../testing/fakeWorld.ts'
import { agreement } from './agreement.ts'
import type { Applied, Checker, Signed } from './checker.ts'
import { evidence } from './evidence.ts'
import { invariants } from './invariants.ts'
import { locks } from './locks.ts'
import { noDoubleSign } from './noDoubleSign.ts'
import { noFalseBan } from './noFalseBan.ts'
import { progress } from './progress.ts'
import { stateRoot } from './stateRoot.ts'
import { supply } from './supply.ts'

const liar = { byzantine: [{ node: 3, kinds: ['equivocate-prevote'] as const }] }

describe('agreement', () => {
  it('finds two blocks of one height, at honest nodes', () => {
    const world = new FakeWorld(liar)
    const checker = agreement(world)
    checker.onApplied?.(world.applied(0, 1n, 'a'))
    checker.onApplied?.(world.applied(1, 1n, 'a'))
    checker.onApplied?.(world.applied(0, 2n, 'b'))
    checker.onApplied?.(world.applied(3, 1n, 'c'))
    assert.deepEqual(world.found, [])
    checker.onApplied?.(world.applied(2, 1n, 'c'))
    assert.deepEqual(world.found, ['agreement'])
  })
})

describe('stateRoot', () => {
  it('finds two states after one block, and no more where nodes have forked', () => {
    const world = new FakeWorld()
    const checker = stateRoot(world)
    checker.onApplied?.(world.applied(0, 1n, 'a', 'root'))
    checker.onApplied?.(world.applied(1, 1n, 'b', 'other'))
    assert.deepEqual(world.found, [])
    checker.onApplied?.(world.applied(2, 1n, 'a', 'other'))
    assert.deepEqual(world.found, ['stateRoot'])
  })
})

describe('invariants and supply', () => {
  it('find what an application says of itself', () => {
    const world = new FakeWorld()
    const checkers = [invariants(world), supply(world)]
    const apply = (height: bigint) => {
      for (const checker of checkers) checker.onApplied?.(world.applied(0, height))
    }
    apply(1n)
    assert.deepEqual(world.found, [])
    world.state.violations = ['something']
    apply(1n)
    assert.deepEqual(world.found, [], 'one node is enough')
    apply(2n)
    world.state.violations = []
    world.state.supply++
    apply(3n)
    assert.deepEqual(world.found, ['invariants', 'supply'])
  })
})

const signed = (change: Partial<Signed>): Signed => {
  return { node: 0, type: 'prevote', height: 1n, round: 0, block: 'a', ...change }
}

describe('noDoubleSign', () => {
  it('finds two signatures for one step, unless they are for the same', () => {
    const world = new FakeWorld()
    const checker = noDoubleSign(world)
    for (const change of [{}, {}, { round: 1, block: 'b' }, { type: 'precommit', block: 'b' }])
      checker.onSigned?.(signed(change as Partial<Signed>))
    checker.onSigned?.(signed({ node: 1, block: 'nil' }))
    assert.deepEqual(world.found, [])
    checker.onSigned?.(signed({ block: 'nil' }))
    assert.deepEqual(world.found, ['noDoubleSign'])
  })
})

describe('locks', () => {
  const lock = (checker: Checker) => {
    checker.onSigned?.(signed({ type: 'precommit' }))
    checker.onSigned?.(signed({ round: 1, block: 'nil' }))
    checker.onSigned?.(signed({ round: 1, block: 'a', node: 1 }))
  }

  it('finds a prevote for another block', () => {
    const world = new FakeWorld()
    const checker = locks(world)
    lock(checker)
    assert.deepEqual(world.found, [])
    checker.onSigned?.(signed({ round: 2, block: 'b' }))
    assert.deepEqual(world.found, ['locks'])
  })

  it('lets go where two thirds may have', () => {
    const world = new FakeWorld(liar)
    const checker = locks(world)
    lock(checker)
    for (const node of [1, 2]) checker.onSigned?.(signed({ node, round: 2, block: 'b' }))
    checker.onSigned?.(signed({ round: 3, block: 'c' }))
    assert.deepEqual(world.found, [])
  })
})

describe('noFalseBan', () => {
  it('finds an honest node that bans another', () => {
    const world = new FakeWorld(liar)
    const checker = noFalseBan(world)
    checker.onOffence?.(0, 3, { severity: 'ban', why: 'lies' })
    checker.onOffence?.(3, 0, { severity: 'ban', why: 'lies' })
    checker.onOffence?.(0, 1, { severity: 'slow', why: 'late' })
    assert.deepEqual(world.found, [])
    checker.onOffence?.(0, 1, { severity: 'ban', why: 'lies' })
    assert.deepEqual(world.found, ['noFalseBan'])
  })
})

describe('progress', () => {
  it('finds a core that stands still after it has healed', () => {
    const world = new FakeWorld()
    const checker = progress(world, { config: SIM_ROUND_CONFIG, highestRound: () => 0 })
    const pass = (ms: number) => {
      world.ms += ms
      checker.onSecond?.()
    }
    pass(1_000_000)
    checker.onHealed?.()
    pass(40_000)
    world.heights.fill(5n)
    pass(40_000)
    world.heights[0] = 100n
    pass(39_000)
    assert.deepEqual(world.found, [])
    pass(1000)
    assert.deepEqual(world.found, ['progress'])
  })

  it('finds a height of too many rounds, if it began when all was well', () => {
    const world = new FakeWorld()
    const checker = progress(world, { config: SIM_ROUND_CONFIG, highestRound: () => 0 })
    const roundsMax = world.plan.powers.length + 2
    const decide = (height: bigint, round: number) => {
      world.heights.fill(height)
      const block = { header: { height: height + 1n }, lastCommit: { round } }
      checker.onApplied?.({ node: 0, height: height + 1n, block } as unknown as Applied)
    }
    checker.onHealed?.()
    decide(1n, roundsMax)
    world.ms += 25_000
    checker.onSecond?.()
    decide(2n, roundsMax)
    decide(3n, roundsMax - 1)
    assert.deepEqual(world.found, [])
    decide(4n, roundsMax)
    assert.deepEqual(world.found, ['progress'])
  })
})

describe('evidence', () => {
  const voteOf = (world: FakeWorld, block: number, node = 3) => {
    const { genesis, validators } = world.chain
    const hash = new Uint8Array(32).fill(block)
    const unsigned: Omit<Vote, 'signature'> = {
      type: 'prevote',
      height: 1n,
      round: 0,
      blockId: { hash, partSetHeader: { total: 1, hash } },
      timestamp: genesis.time,
      validatorAddress: validators[3]!.address,
      validatorIndex: 3,
    }
    const signature = validators[node]!.sign(canonicalVoteBytes(genesis.chainId, unsigned))
    const vote = { ...unsigned, signature }
    return encode(ConsensusMessage, { kind: 'vote', body: { vote } })
  }
  const see = (world: FakeWorld, checker: Checker, messages: readonly Uint8Array[]) => {
    checker.onSigned?.(signed({ node: 0 }))
    for (const message of messages) checker.onArrived?.({ from: 1, to: 0, channel: VOTES, message })
    world.ms += 10
  }
  const end = (world: FakeWorld, checker: Checker) => {
    checker.onApplied?.(world.applied(0, 1n))
    world.heights[0] = 30n
    checker.onOver?.()
  }

  it('finds a culprit that an honest node has seen and nobody punished', () => {
    const world = new FakeWorld(liar)
    const checker = evidence(world)
    see(world, checker, [voteOf(world, 1), voteOf(world, 2)])
    end(world, checker)
    assert.deepEqual(world.found, ['evidence'])
  })

  it('is content with a punished culprit, and with one that could not be seen', () => {
    for (const arrange of [
      (world: FakeWorld, checker: Checker) => {
        see(world, checker, [voteOf(world, 1), voteOf(world, 2)])
        world.state.punished = [3]
      },
      (world: FakeWorld, checker: Checker) => {
        see(world, checker, [voteOf(world, 1)])
        checker.onEnded?.(0)
        see(world, checker, [voteOf(world, 2)])
      },
      (world: FakeWorld, checker: Checker) =>
        see(world, checker, [voteOf(world, 1), voteOf(world, 2, 2)]),
    ]) {
      const world = new FakeWorld(liar)
      const checker = evidence(world)
      arrange(world, checker)
      end(world, checker)
      assert.deepEqual(world.found, [])
    }
  })

  it('finds an honest node that is punished', () => {
    const world = new FakeWorld(liar)
    const checker = evidence(world)
    world.state.punished = [1]
    checker.onApplied?.(world.applied(0, 1n))
    assert.deepEqual(world.found, ['evidence'])
  })
})
