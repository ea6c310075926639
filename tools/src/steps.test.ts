import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it, mock } from 'node:test'
import { runSteps, type Step } from './steps.ts'

const good = { isGood: true, details: 'all is well' }
const bad = { isGood: false, details: 'what went wrong' }
const step = (name: string, result = good): Step => ({ name, run: () => Promise.resolve(result) })

describe('runSteps', () => {
  let said = ''
  beforeEach(() => {
    said = ''
    mock.method(console, 'log', (line: string) => {
      said += `${line}\n`
    })
  })
  afterEach(() => mock.restoreAll())

  it('says a line about each step, and the details of those that failed', async () => {
    const results = await runSteps([step('first'), step('second', bad), step('third')], 1)
    assert.deepEqual(
      results.map(({ isGood }) => isGood),
      [true, false, true],
    )
    const shape =
      /^ok +first +\d+\.\d s\nFAILED second +\d+\.\d s\nwhat went wrong\nok +third .*\n$/
    assert.match(said, shape)
  })

  it('runs as many steps at a time as it was told', async () => {
    let running = 0
    let most = 0
    const steps = Array.from({ length: 7 }, (_, i) => ({
      name: `${i}`,
      async run() {
        most = Math.max(most, ++running)
        await new Promise(setImmediate)
        running--
        return good
      },
    }))
    assert.equal((await runSteps(steps, 3)).length, 7)
    assert.equal(most, 3)
  })
})
