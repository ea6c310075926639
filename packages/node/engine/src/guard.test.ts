import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import type { Reactor } from '@wadi/contracts/peers'
import { createGuard, guardedReactor, guardedTimers } from './guard.ts'
import { FakePeer } from './testing/fakePeer.ts'

const fail = (): never => {
  throw new RangeError('broken')
}

describe('A guard', () => {
  it('gives what the work gives', () => {
    assert.equal(
      createGuard(fail)(() => 5),
      5,
    )
  })

  it('tells once of what was thrown, and lets nothing happen after it', () => {
    const told: unknown[] = []
    const guard = createGuard((error) => told.push(error))
    let count = 0
    // What is thrown inside another work ends both, and what the outer one throws then is not news.
    const outer = guard(() => {
      guard(fail)
      count++
      return fail()
    })
    assert.equal(outer, undefined)
    guard(() => count++)
    guard(fail)
    assert.equal(count, 1)
    assert.deepEqual(told, [new RangeError('broken')])
  })

  it('lets others go on if it is told so', () => {
    const told: unknown[] = []
    const guard = createGuard((error) => (told.push(error) === 1 ? 'goes-on' : 'over'))
    guard(fail)
    assert.equal(
      guard(() => 5),
      5,
    )
    guard(fail)
    assert.equal(
      guard(() => 5),
      undefined,
    )
    assert.equal(told.length, 2)
  })

  it('lets nothing happen once it has ended, and tells nothing', () => {
    const guard = createGuard(fail)
    guard(() => {
      guard.end()
      return fail()
    })
    assert.equal(
      guard(() => 5),
      undefined,
    )
  })

  it('stands at the doors of reactors and before timers', () => {
    const told: unknown[] = []
    const reactor: Reactor = {
      name: 'r',
      channels: [],
      addPeer: fail,
      removePeer: fail,
      receive: fail,
    }
    const peer = new FakePeer('p')
    const message = new Uint8Array(0)
    const doors: ((r: Reactor) => void)[] = [
      (r) => r.addPeer(peer),
      (r) => r.removePeer(peer),
      (r) => r.receive(peer, 1, message),
    ]
    for (const door of doors)
      door(
        guardedReactor(
          reactor,
          createGuard((error) => told.push(error)),
        ),
      )
    guardedReactor(reactor, createGuard(fail)).drained?.(peer, 1)
    const timers = new VirtualTime()
    guardedTimers(
      timers,
      createGuard((error) => told.push(error)),
    ).after(5, fail)
    timers.advance(5)
    assert.equal(told.length, 4)
  })
})
