import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BugError, definePlainErrors } from '@wadi/base/errors'
import { errors as registryErrors } from '@wadi/consensus/registry/errors'
import { errors as stakingErrors } from '@wadi/consensus/staking/errors'
import { testContext } from '../testing/testContext.ts'
import { type Answer, createBus, type Subscriptions } from './bus.ts'

const plainErrors = definePlainErrors('busTest', { some: 'some', other: 'other' })
const ctx = testContext()

/** Asks services that answer so, in this order. */
function asking(...answers: readonly (() => Answer)[]): Answer {
  const services = answers.map((answer) => {
    const subscriptions: Subscriptions = { beforeSchedule: answer }
    return { subscriptions }
  })
  return createBus(services).publish(ctx, 'beforeSchedule', 1n)
}

const failing = (error: Error) => () => {
  throw error
}
const silent = () => undefined
const understanding = () => 'understood' as const

describe('the bus', () => {
  it('asks everybody, in the order in which they subscribed', () => {
    const asked: number[] = []
    const noting = (n: number, answer: Answer) => () => {
      asked.push(n)
      return answer
    }
    const bytes = Uint8Array.of(1)
    assert.equal(asking(noting(1, undefined), noting(2, bytes), noting(3, undefined)), bytes)
    assert.deepEqual(asked, [1, 2, 3])
    assert.equal(asking(silent, silent), undefined)
  })

  it('refuses a question that nobody is there for, or only somebody who is not enabled', () => {
    const noSubscribers = { module: 'unknown', code: 1, reason: 'bus.noSubscribers' }
    assert.throws(() => asking(), noSubscribers)
    const other = { subscriptions: { runtimeResumed: silent } }
    const disabled = { subscriptions: { beforeSchedule: silent }, isEnabled: () => false }
    const bus = createBus([other, disabled, {}])
    assert.throws(() => bus.publish(ctx, 'beforeSchedule', 1n), noSubscribers)
  })

  it('asks the others, too, when one refuses, and refuses with the first code there is', () => {
    let count = 0
    const counting = () => {
      count++
      return undefined
    }
    const some = plainErrors.some()
    const [first, second] = [registryErrors.forbidden(), stakingErrors.forbidden()]
    assert.throws(() => asking(failing(some), failing(first), failing(second), counting), first)
    assert.equal(count, 1)
    assert.throws(() => asking(failing(plainErrors.other()), failing(some)), {
      reason: 'busTest.other',
    })
    assert.throws(() => asking(understanding, failing(second)), second)
  })

  it('stops at what is nobody’s refusal, and at two answers', () => {
    const bug = new BugError('a bug')
    let isAsked = false
    const noting = () => {
      isAsked = true
      return undefined
    }
    assert.throws(() => asking(failing(bug), noting), bug)
    assert.equal(isAsked, false)
    assert.throws(() => asking(understanding, understanding), { name: 'BugError' })
  })
})
