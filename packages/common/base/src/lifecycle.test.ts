import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { BugError } from './errors.ts'
import { createLife, type LifeEffect, type LifeInput, type Service, stepLife } from './lifecycle.ts'

/** Feeds the machine inputs one by one and writes down its effects in short. */
function play(names: readonly string[], inputs: readonly LifeInput[]): string[] {
  let state = createLife(names)
  return inputs.flatMap((input) => {
    const step = stepLife(state, input)
    state = step.state
    return step.effects.map(describeEffect)
  })
}

function describeEffect(effect: LifeEffect): string {
  if (effect.kind === 'report-running') return 'running'
  if (effect.kind === 'report-ended') return `ended ${effect.failure?.name ?? 'well'}`
  return `${effect.kind} ${effect.name}`
}

const start = { kind: 'start' } as const
const stop = { kind: 'stop' } as const
const started = (name: string) => ({ kind: 'started', name }) as const
const stopped = (name: string) => ({ kind: 'stopped', name }) as const
const failed = (name: string) => ({ kind: 'failed', name, why: 'x' }) as const

describe('stepLife', () => {
  it('starts in order and stops in the reverse order', () => {
    const inputs = [start, started('a'), started('b'), stop, stopped('b'), stopped('a')]
    const effects = ['start a', 'start b', 'running', 'stop b', 'stop a', 'ended well']
    assert.deepEqual(play(['a', 'b'], inputs), effects)
  })

  it('stops what was started when a service fails to start', () => {
    const inputs = [start, started('a'), started('b'), failed('c'), stopped('b'), stopped('a')]
    const effects = ['start a', 'start b', 'start c', 'stop b', 'stop a', 'ended c']
    assert.deepEqual(play(['a', 'b', 'c'], inputs), effects)
  })

  it('waits for a start that is under way before it stops', () => {
    const inputs = [start, stop, started('a'), stopped('a')]
    assert.deepEqual(play(['a', 'b'], inputs), ['start a', 'stop a', 'ended well'])
  })

  it('goes on stopping when a service fails to stop, and reports the first failure', () => {
    const inputs = [start, started('a'), started('b'), stop, failed('b'), failed('a')]
    const effects = ['start a', 'start b', 'running', 'stop b', 'stop a', 'ended b']
    assert.deepEqual(play(['a', 'b'], inputs), effects)
  })

  it('stops everything else when a running service ends by itself', () => {
    const inputs = [start, started('a'), started('b'), started('c'), failed('b')]
    const effects = ['start a', 'start b', 'start c', 'running', 'stop c', 'stop a', 'ended b']
    assert.deepEqual(play(['a', 'b', 'c'], [...inputs, stopped('c'), stopped('a')]), effects)
  })

  it('stops everything when a started service ends while another is starting', () => {
    const inputs = [start, started('a'), started('b'), failed('a'), started('c')]
    const effects = ['start a', 'start b', 'start c', 'stop c', 'stop b', 'ended a']
    assert.deepEqual(play(['a', 'b', 'c'], [...inputs, stopped('c'), stopped('b')]), effects)
  })

  it('needs no service to run, and may stop before it starts', () => {
    assert.deepEqual(play([], [start, stop]), ['running', 'ended well'])
    assert.deepEqual(play(['a'], [stop]), ['ended well'])
    assert.deepEqual(play([], [start, stop, stop]), ['running', 'ended well'])
  })

  it('refuses what makes no sense as a bug', () => {
    assert.throws(() => createLife(['a', 'a']), BugError)
    assert.throws(() => play(['a'], [start, start]), BugError)
    assert.throws(() => play(['a'], [start, started('b')]), BugError)
    assert.throws(() => play(['a'], [start, stopped('a')]), BugError)
    assert.throws(() => play(['a'], [start, failed('b')]), BugError)
  })
})

/** A shell in a dozen lines: what a process does with the machine. */
async function live(services: readonly Service<Promise<void>>[]): Promise<string[]> {
  const seen: string[] = []
  let state = createLife(services.map(({ name }) => name))
  const queue: LifeInput[] = [start]
  for (let input = queue.shift(); input !== undefined; input = queue.shift()) {
    const step = stepLife(state, input)
    state = step.state
    for (const effect of step.effects) {
      seen.push(describeEffect(effect))
      if (effect.kind === 'report-running') queue.push(stop)
      if (effect.kind !== 'start' && effect.kind !== 'stop') continue
      const service = services.find(({ name }) => name === effect.name)
      const done = effect.kind === 'start' ? started : stopped
      await service?.[effect.kind]().then(
        () => queue.push(done(effect.name)),
        () => queue.push(failed(effect.name)),
      )
    }
  }
  return seen
}

describe('a shell over stepLife', () => {
  it('always ends with every started service stopped, whichever one fails', async () => {
    const plan = fc.array(fc.constantFrom('well', 'start', 'stop'), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(plan, async (fates) => {
        const open = new Set<string>()
        const services = fates.map((fate, i) => ({
          name: `${i}`,
          start: async () => {
            if (fate === 'start') throw new RangeError('cannot start')
            open.add(`${i}`)
          },
          stop: async () => {
            open.delete(`${i}`)
            if (fate === 'stop') throw new RangeError('cannot stop')
          },
        }))
        const seen = await live(services)
        assert.equal(open.size, 0)
        assert.match(seen.at(-1) ?? '', /^ended/)
      }),
    )
  })
})
