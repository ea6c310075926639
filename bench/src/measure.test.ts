import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { measureScenario, median } from './measure.ts'
import type { Contender, Goal, Scenario } from './scenario.ts'
import { formatResult } from './table.ts'

/** A processor on which each call of a contender takes as long as the test says. */
function fakeProcessor() {
  let cpuMs = 0
  const work = (ms: number) => () => {
    cpuMs += ms
  }
  const fallback = { name: 'fallback', run: work(5) }
  const timing = { sliceMs: 10, rounds: 5, cpuMs: () => cpuMs, fallback }
  return { timing, work }
}

function scenarioOf(contenders: readonly Contender[], goals: readonly Goal[]): Scenario {
  return { name: 'test', yardstick: 'slow', goals, create: () => contenders }
}

describe('measureScenario', () => {
  it('gives operations per second of the processor and ratios to the yardstick', async () => {
    const { timing, work } = fakeProcessor()
    const contenders = [
      { name: 'slow', run: work(2) },
      { name: 'fast', run: work(1), operations: 10 },
    ]
    const { figures } = await measureScenario(scenarioOf(contenders, []), timing)
    assert.deepEqual(figures, [
      { name: 'slow', value: 500, ratio: 1, rounds: 5 },
      { name: 'fast', value: 10_000, ratio: 20, rounds: 5 },
    ])
  })

  it('waits for contenders that answer later', async () => {
    const { timing, work } = fakeProcessor()
    const later = { name: 'slow', run: () => Promise.resolve().then(work(4)) }
    const { figures } = await measureScenario(scenarioOf([later], []), timing)
    assert.equal(figures[0]?.value, 250)
  })

  it('tells a partner when to do a round, as many as the scenario asks for, and when to end', async () => {
    const { timing, work } = fakeProcessor()
    const turns: string[] = []
    const partner = {
      name: 'slow',
      round: () => Promise.resolve(turns.push('partner')),
      close: () => turns.push('end'),
    }
    const fast = { name: 'fast', run: work(10) }
    const scenario = { ...scenarioOf([partner, fast], []), rounds: 3 }
    const { figures } = await measureScenario(scenario, timing)
    assert.deepEqual(turns, ['partner', 'partner', 'partner', 'end'])
    assert.deepEqual(figures, [
      { name: 'slow', value: 2, ratio: 1, rounds: 3 },
      { name: 'fast', value: 100, ratio: 50, rounds: 3 },
    ])
  })

  it('refers to another yardstick where the own one is absent', async () => {
    const { timing, work } = fakeProcessor()
    const contenders = [
      { name: 'slow', absent: 'there is no Go toolchain' },
      { name: 'fast', run: work(1) },
    ]
    const { figures, yardstick } = await measureScenario(scenarioOf(contenders, []), timing)
    assert.equal(yardstick, 'fallback')
    assert.deepEqual(figures, [
      { name: 'fast', value: 1000, ratio: 5, rounds: 5 },
      { name: 'fallback', value: 200, ratio: 1, rounds: 5 },
    ])
  })

  it('judges goals as met, missed or not measured, and never calls an absentee', async () => {
    const { timing, work } = fakeProcessor()
    const contenders = [
      { name: 'slow', run: work(2) },
      { name: 'fast', run: work(1) },
      { name: 'memory', measure: () => 300 },
      { name: 'go', absent: 'there is no Go toolchain' },
    ]
    const goals = [
      { contender: 'fast', atLeast: 2, times: 'slow' },
      { contender: 'fast', atLeast: 2.1, times: 'slow' },
      { contender: 'fast', atLeast: 1, times: 'go' },
      { contender: 'memory', atMost: 300 },
      { contender: 'memory', atMost: 299 },
      { contender: 'fast', atLeast: 1000 },
      { contender: 'fast', atLeast: 1001 },
      { contender: 'go', atLeast: 1 },
      { contender: 'slow', atMost: 0.5, times: 'fast' },
      { contender: 'fast', atMost: 1.9, times: 'slow' },
    ]
    const result = await measureScenario(scenarioOf(contenders, goals), timing)
    const states = result.verdicts.map(({ state }) => state)
    assert.deepEqual(states.slice(0, 5), ['met', 'missed', 'not measured', 'met', 'missed'])
    assert.deepEqual(states.slice(5), ['met', 'missed', 'not measured', 'met', 'missed'])
    assert.match(formatResult(result), /MISSED \(2\.00\): fast at most 1\.9 × slow/)
    assert.deepEqual(result.absent, [{ name: 'go', why: 'there is no Go toolchain' }])
    assert.match(formatResult(result), /go +absent: there is no Go toolchain/)
    assert.match(formatResult(result), /MISSED \(2\.00\): fast at least 2\.1 × slow/)
    assert.match(formatResult(result), /MISSED \(1000\.00\): fast at least 1001 operations per/)
  })

  it('tells what contenders have to say afterwards, and refers to a hash without a yardstick', async () => {
    const { timing } = fakeProcessor()
    let isMeasured = false
    const measure = () => {
      isMeasured = true
      return 400
    }
    const meter = { name: 'memory', measure, note: () => (isMeasured ? '3 MB' : 'nothing') }
    const scenario = { name: 'test', goals: [], create: () => [meter] }
    const result = await measureScenario(scenario, timing)
    assert.deepEqual(result.notes, [{ name: 'memory', note: '3 MB' }])
    assert.equal(result.yardstick, 'fallback')
    assert.equal(result.figures[0]?.ratio, 2)
    assert.match(formatResult(result), /^ {2}memory: 3 MB$/m)
  })
})

describe('median', () => {
  it('is the middle, or the mean of the two middles', () => {
    assert.equal(median([3, 1, 2]), 2)
    assert.equal(median([4, 1, 2, 3]), 2.5)
  })
})
