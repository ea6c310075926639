import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RunningMachine } from './runningMachine.ts'

/** Wants what it is told, twice; `onEffect` is the world. */
function machineOf(onEffect: (effect: string, give: (input: string) => void) => void) {
  const fatal: unknown[] = []
  const machine: RunningMachine<number, string, string> = new RunningMachine({
    start: 0,
    step: (state: number, input: string) => ({
      state: state + 1,
      effects: [`${input} 1`, `${input} 2`],
    }),
    carryOut: (effect) => onEffect(effect, (input) => machine.give(input)),
    onFatal: (error) => void fatal.push(error),
  })
  return { machine, fatal }
}

describe('a running machine', () => {
  it('takes what its effects cause when all of them are carried out', () => {
    const done: string[] = []
    const { machine } = machineOf((effect, give) => {
      done.push(effect)
      if (effect === 'a 1') give('b')
    })
    machine.give('a')
    assert.deepEqual(done, ['a 1', 'a 2', 'b 1', 'b 2'])
    assert.equal(machine.state, 2)
  })

  it('carries out nothing and takes nothing once it was stopped', () => {
    const done: string[] = []
    const { machine } = machineOf((effect, give) => {
      done.push(effect)
      give('b')
      machine.stop()
    })
    machine.give('a')
    machine.give('c')
    assert.deepEqual(done, ['a 1'])
    assert.equal(machine.state, 1)
  })

  it('stops and says so when something cannot be gone on from', () => {
    const { machine, fatal } = machineOf(() => {
      throw new RangeError('no disk')
    })
    machine.give('a')
    machine.give('b')
    assert.deepEqual(fatal.map(String), ['RangeError: no disk'])
    assert.ok(machine.isStopped)
  })

  it('does not grow a stack, however long a chain of causes is', () => {
    let count = 0
    const { machine } = machineOf((_effect, give) => {
      if (++count < 100_000) give('on')
    })
    machine.give('on')
    assert.ok(count >= 100_000)
  })
})
