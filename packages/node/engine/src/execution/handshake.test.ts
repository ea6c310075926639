import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode } from '@wadi/protobuf/codec'
import { ChainState } from '@wadi/tendermint/chainState/chainState'
import { testKey } from '@wadi/tendermint/testing/signedChain'
import type { Header } from '@wadi/tendermint/types/header'
import { MemoryApplication } from '../testing/memoryApplication.ts'
import { executedChain, Ground, testGenesis } from './testing/executedChain.ts'

const COUNT = 4

/** How many blocks each of three has; the application may have begun no chain yet. */
interface Progress {
  readonly blocks: number
  readonly state: number
  readonly application: number
}

/** What CometBFT's replay does with heights that far: blocks are at most one ahead of the state. */
function outcomeOf({ blocks, state, application }: Progress): string {
  // The last block may be damaged: it is decided again, or taken from others.
  if (blocks < state && application === state) return 'agreed'
  if (blocks <= state && application === state + 1) return 'agreed'
  if (blocks === 0) return application === 0 && state === 0 ? 'agreed' : 'engine.otherAppHash'
  if (application > blocks) return 'engine.applicationAhead'
  return state === blocks || state + 1 === blocks ? 'agreed' : 'engine.stateAhead'
}

function run(application: MemoryApplication, block: Parameters<typeof deliver>[1]): void {
  deliver(application, block)
  application.commit()
}

function deliver(
  application: MemoryApplication,
  { header, transactions }: { header: Header; transactions: readonly Uint8Array[] },
): void {
  application.beginBlock(header)
  for (const transaction of transactions) application.deliverTx(transaction)
}

for (const initialHeight of [1n, 7n]) {
  const genesis = testGenesis({ initialHeight })
  const { first, heights } = executedChain(genesis, COUNT)

  /** A node that ended when its parts were so far. */
  const groundAt = ({ blocks, state, application }: Progress): Ground => {
    const app = new MemoryApplication()
    if (application > 0 || state > 0) app.initChain()
    for (const { decided } of heights.slice(0, application)) run(app, decided.block)
    const ground = new Ground(genesis, { application: app })
    for (const { decided } of heights.slice(0, blocks)) ground.blockStore.save(decided)
    if (state > 0 || application > 0) ground.stateStore.save(first)
    // Answers are stored before the application commits.
    for (const [i, { responses, decided }] of heights
      .slice(0, Math.max(state, application))
      .entries()) {
      ground.stateStore.saveResponses(decided.block.header.height, responses)
      if (i < state) ground.stateStore.save(heights[i]!.chain)
    }
    return ground
  }

  const places: Progress[] = []
  for (let blocks = 0; blocks <= COUNT; blocks++)
    for (let state = 0; state <= COUNT; state++)
      for (let application = 0; application <= COUNT; application++)
        places.push({ blocks, state, application })

  describe(`A node that starts, on a chain from ${initialHeight}`, () => {
    for (const outcome of [
      'agreed',
      'engine.otherAppHash',
      'engine.applicationAhead',
      'engine.stateAhead',
    ])
      it(`comes to ${outcome} wherever CometBFT does`, () => {
        for (const place of places.filter((each) => outcomeOf(each) === outcome)) {
          const ground = groundAt(place)
          const where = JSON.stringify(place)
          if (outcome === 'agreed') assertAgrees(ground, place, where)
          else assert.throws(() => ground.handshake(), { reason: outcome }, where)
        }
      })
  })

  function assertAgrees(ground: Ground, place: Progress, where: string): void {
    const { blocks, state, application } = place
    const chain = ground.handshake()
    const height = Math.max(blocks, state)
    const wanted = height === 0 ? first : heights[height - 1]!.chain
    assert.deepEqual(encode(ChainState, chain), encode(ChainState, wanted), where)
    const run = application > height ? heights[height]!.chain : wanted
    assert.deepEqual(ground.application.info().appHash, run.appHash, where)
    assert.deepEqual(ground.stateStore.load(), chain, where)
    assert.equal(ground.applied.length, blocks > state ? 1 : 0, where)
  }
}

describe('A node that starts for the first time', () => {
  it('begins the chain as the application says, once', () => {
    const appHash = new Uint8Array(32).fill(9)
    let begun = 0
    class Beginner extends MemoryApplication {
      override info() {
        return { ...super.info(), appVersion: 7n, ...(begun > 0 && { appHash }) }
      }
      override initChain() {
        begun++
        const validators = [{ publicKey: testKey(5).publicKey, power: 3n }]
        return { consensusParams: undefined, validators, appHash }
      }
    }
    const ground = new Ground(testGenesis(), { application: new Beginner() })
    const chain = ground.handshake()
    assert.equal(begun, 1)
    assert.equal(chain.version.app, 7n)
    assert.deepEqual(chain.appHash, appHash)
    assert.deepEqual(chain.validators.validators[0]?.publicKey, testKey(5).publicKey)
    assert.deepEqual(ground.stateStore.load(), chain)
  })

  it('begins again if it was killed before the first block', () => {
    const ground = new Ground(testGenesis())
    const chain = ground.handshake()
    assert.deepEqual(ground.handshake(), chain)
  })
})

describe('A node whose parts do not belong together', () => {
  const genesis = testGenesis()
  const { first, heights } = executedChain(genesis, COUNT)
  const stored = (application: MemoryApplication, blocks: number, state: number): Ground => {
    const ground = new Ground(genesis, { application })
    for (const { decided } of heights.slice(0, blocks)) ground.blockStore.save(decided)
    ground.stateStore.save(first)
    for (const { chain } of heights.slice(0, state)) ground.stateStore.save(chain)
    return ground
  }
  const ranTo = (count: number): MemoryApplication => {
    const application = new MemoryApplication()
    application.initChain()
    for (const { decided } of heights.slice(0, count)) run(application, decided.block)
    return application
  }

  it('is told when the application has another state', () => {
    for (const count of [1, 2, 3]) {
      const application = ranTo(count - 1)
      run(application, { ...heights[count - 1]!.decided.block, transactions: [Uint8Array.of(99)] })
      for (const blocks of [3, 4]) {
        const ground = stored(application, blocks, 3)
        assert.throws(() => ground.handshake(), { reason: 'engine.otherAppHash' })
      }
    }
  })

  it('is told when the application needs blocks that were pruned', () => {
    for (const [count, isEnough] of [
      [0, false],
      [1, false],
      [2, true],
      [3, true],
    ] as const) {
      const ground = stored(ranTo(count), 4, 4)
      ground.blockStore.prune(3n)
      if (isEnough) assert.deepEqual(ground.handshake(), heights[3]!.chain)
      else assert.throws(() => ground.handshake(), { reason: 'engine.applicationBehind' })
    }
  })

  it('is told when the answers to a block are lost that the application has committed', () => {
    const ground = stored(ranTo(4), 4, 3)
    assert.throws(() => ground.handshake(), { reason: 'engine.noResponses' })
  })
})
