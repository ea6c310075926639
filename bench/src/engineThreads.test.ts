import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { oasisDialect } from '@wadi/tendermint/dialect'
import { createHalf, type HalvesOptions, passUntil } from './engineHalf.ts'
import { startEngines } from './engineNetwork.ts'
import { startThreads } from './engineThreads.ts'

const BLOCKS = 4
const options: HalvesOptions = {
  validatorCount: 6,
  peerCount: 4,
  timeoutCommitMs: 1_000,
  delayMs: [1, 5],
  crossingMs: 5,
  checks: 'own',
}

/** Two halves that take turns in this thread. */
function newTurns() {
  const halves = [createHalf(0, options), createHalf(1, options)] as const
  return {
    halves,
    run(goal: number) {
      const [first, second] = [passUntil(halves[0], goal), passUntil(halves[1], goal)]
      let [mine, theirs] = [first.next(), second.next()]
      while (mine.done !== true && theirs.done !== true)
        [mine, theirs] = [first.next(theirs.value), second.next(mine.value)]
      assert.deepEqual(halves[0].heights.blocks, halves[1].heights.blocks)
      return halves[0].network.time.nowMs
    },
  }
}

describe('engines in two threads', () => {
  it('make the same blocks as both halves in one thread, however fast each is', async (t) => {
    const { halves, run } = newTurns()
    run(BLOCKS)
    const network = await startThreads(options)
    t.after(network.close)
    await network.run(BLOCKS - 2)
    assert.deepEqual(network.blocks, halves[0].heights.blocks)
  })

  it('make blocks about as often as a network that is not divided', () => {
    const whole = startEngines({ ...options, dialect: oasisDialect })
    const { run } = newTurns()
    const [wholeMs, halvesMs] = [whole.nowMs, run(2)]
    whole.run(BLOCKS)
    const ratio = (run(2 + BLOCKS) - halvesMs) / (whole.nowMs - wholeMs)
    assert.ok(ratio > 0.95 && ratio < 1.05, `it takes ${ratio} times as long`)
  })
})
