import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compareVersions, printVersion, type Version } from '@wadi/primitives/version'
import fc from 'fast-check'
import { VERSIONS_MAX } from '../limits.ts'
import {
  NO_VERSIONS,
  stepVersions,
  type VersionsInput,
  type VersionsState,
} from './stepVersions.ts'

const v = (major: number): Version => ({ major, minor: 0, patch: 0 })
const add = (major: number): VersionsInput => ({ kind: 'added', version: v(major) })
const choose = (active?: number, next?: number): VersionsInput => ({
  kind: 'chosen',
  choice: {
    active: active === undefined ? undefined : v(active),
    next: next === undefined ? undefined : v(next),
  },
})

/** What is done at the last of the inputs, in words. */
function doneAt(...inputs: readonly VersionsInput[]): readonly string[] {
  let state: VersionsState = NO_VERSIONS
  let words: readonly string[] = []
  for (const input of inputs) {
    const step = stepVersions(state, input)
    state = step.state
    words = step.effects.map((effect) => {
      if (!('version' in effect)) return effect.kind
      return `${effect.kind} ${effect.version === undefined ? 'none' : effect.version.major}`
    })
  }
  return words
}

describe('versions of a runtime', () => {
  it('start when they are chosen and there', () => {
    assert.deepEqual(doneAt(choose(1)), [])
    assert.deepEqual(doneAt(choose(1), add(1)), ['start 1', 'activate 1'])
    assert.deepEqual(doneAt(add(1), choose(1)), ['start 1', 'activate 1'])
    assert.deepEqual(doneAt(add(1), choose(1), choose(1)), [])
  })

  it('get warm before they are due, and take over without being started again', () => {
    const warm = [add(1), add(2), choose(1, 2)] as const
    assert.deepEqual(doneAt(...warm), ['start 1', 'activate 1', 'start 2', 'tell-changed'])
    assert.deepEqual(doneAt(...warm, choose(2)), ['activate 2', 'stop 1', 'forget 1'])
  })

  it('are started cold when nobody foresaw them', () => {
    const cold = [add(1), add(2), choose(1), choose(2)] as const
    assert.deepEqual(doneAt(...cold), ['stop 1', 'start 2', 'activate 2', 'forget 1'])
    const absent = [add(1), choose(1), choose(2)] as const
    assert.deepEqual(doneAt(...absent), ['stop 1', 'activate none'])
    assert.deepEqual(doneAt(...absent, add(2)), ['start 2', 'activate 2', 'forget 1'])
  })

  it('end when a deployment is taken back before its time', () => {
    const warm = [add(1), add(2), choose(1, 2)] as const
    assert.deepEqual(doneAt(...warm, choose(1)), ['stop 2', 'tell-changed'])
    assert.deepEqual(doneAt(...warm, choose(1), choose(1, 2)), ['start 2', 'tell-changed'])
    assert.deepEqual(doneAt(...warm, choose(1), choose(2)), [
      ...['stop 1', 'start 2', 'activate 2', 'forget 1'],
    ])
    assert.deepEqual(doneAt(add(1), add(2), choose(2), choose()), ['stop 2', 'activate none'])
  })

  it('that come first are active at once, and none is next to itself', () => {
    assert.deepEqual(doneAt(add(1), choose(undefined, 1)), ['start 1', 'activate 1'])
    assert.deepEqual(doneAt(add(1), choose(1, 1)), ['start 1', 'activate 1'])
  })

  it('are forgotten when they are before the active one', () => {
    const old = [add(1), add(2), add(3), choose(3)] as const
    assert.deepEqual(doneAt(...old), ['start 3', 'activate 3', 'forget 1', 'forget 2'])
  })

  it(`are ${VERSIONS_MAX} at most: of one more, the oldest is forgotten`, () => {
    const many = Array.from({ length: VERSIONS_MAX }, (_, i) => add(i + 1))
    assert.deepEqual(doneAt(...many), [])
    assert.deepEqual(doneAt(...many, add(99)), ['forget 1'])
  })

  it('run as they are chosen, whatever was before, and each is started and stopped in turn', () => {
    const major = fc.integer({ min: 1, max: 5 })
    const maybe = fc.option(major, { nil: undefined })
    const inputs = fc.array(
      fc.oneof(
        major.map(add),
        fc.tuple(maybe, maybe).map(([active, next]) => choose(active, next)),
      ),
      { maxLength: 30 },
    )
    fc.assert(
      fc.property(inputs, (all) => {
        let state: VersionsState = NO_VERSIONS
        const running = new Set<string>()
        for (const input of all) {
          const isThere =
            input.kind === 'added' &&
            state.added.some((each) => compareVersions(each, input.version) === 0)
          if (isThere) continue
          const step = stepVersions(state, input)
          state = step.state
          for (const effect of step.effects) {
            if (effect.kind === 'start') {
              assert.ok(!running.has(printVersion(effect.version)))
              running.add(printVersion(effect.version))
            } else if (effect.kind === 'stop') {
              assert.ok(running.delete(printVersion(effect.version)))
            } else if (effect.kind === 'forget') {
              assert.ok(!running.has(printVersion(effect.version)))
            }
          }
          const expected = [state.running.active, state.running.next].filter((each) => each)
          assert.deepEqual([...running].sort(), expected.map((each) => printVersion(each!)).sort())
        }
      }),
    )
  })
})
