import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Waiter, WaitingRoom } from './waiting.ts'

describe('a waiting room', () => {
  it('lets go of what a waiter holds, however the wait ends', async () => {
    const room = new WaitingRoom()
    const released: string[] = []
    const begin = (name: string, end: (waiter: Waiter<string>) => void) =>
      room.wait<string>(undefined, (waiter) => {
        end(waiter)
        return () => released.push(name)
      })
    assert.equal(await begin('answered', ({ resolve }) => resolve('yes')), 'yes')
    await assert.rejects(
      begin('failed', ({ reject }) => reject(new RangeError('no'))),
      RangeError,
    )
    assert.deepEqual(released, ['answered', 'failed'])
    assert.equal(room.size, 0)
  })

  it('lets who gives up go, and who has given up not even in', async () => {
    const room = new WaitingRoom()
    const asker = new AbortController()
    let isReleased = false
    const waiting = room.wait<void>(asker.signal, () => () => {
      isReleased = true
    })
    assert.equal(room.size, 1)
    asker.abort()
    await assert.rejects(waiting, { reason: 'grpc.canceled' })
    assert.ok(isReleased)
    assert.equal(room.size, 0)
    const again = room.wait<void>(asker.signal, () => assert.fail('it must not begin'))
    await assert.rejects(again, { reason: 'grpc.canceled' })
  })

  it('takes in so many, and one more when somebody has left', async () => {
    const room = new WaitingRoom(2)
    const waiters: Waiter<number>[] = []
    const enter = () =>
      room.wait<number>(undefined, (waiter) => {
        waiters.push(waiter)
        return () => undefined
      })
    const [first, second] = [enter(), enter()]
    await assert.rejects(enter(), { reason: 'nodeApi.tooManyWaiters' })
    waiters[0]!.resolve(1)
    assert.equal(await first, 1)
    const third = enter()
    for (const waiter of waiters) waiter.resolve(2)
    assert.deepEqual(await Promise.all([second, third]), [2, 2])
  })

  it('is empty again if a wait cannot begin', async () => {
    const room = new WaitingRoom(1)
    const broken = room.wait<void>(undefined, () => {
      throw new RangeError('no')
    })
    await assert.rejects(broken, RangeError)
    assert.equal(room.size, 0)
  })
})
