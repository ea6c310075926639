import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Waiter, waitFor } from './waiting.ts'

describe('waiting', () => {
  it('lets go of what a waiter holds, however the wait ends', async () => {
    const released: string[] = []
    const begin = (name: string, end: (waiter: Waiter<string>) => void) =>
      waitFor<string>(undefined, (waiter) => {
        end(waiter)
        return () => released.push(name)
      })
    assert.equal(await begin('answered', ({ resolve }) => resolve('yes')), 'yes')
    await assert.rejects(
      begin('failed', ({ reject }) => reject(new RangeError('no'))),
      RangeError,
    )
    assert.deepEqual(released, ['answered', 'failed'])
  })

  it('ends for who gives up, and does not begin for who has given up', async () => {
    const asker = new AbortController()
    let isReleased = false
    const waiting = waitFor<void>(asker.signal, () => () => {
      isReleased = true
    })
    asker.abort()
    await assert.rejects(waiting, { reason: 'grpc.canceled' })
    assert.ok(isReleased)
    const again = waitFor<void>(asker.signal, () => assert.fail('it must not begin'))
    await assert.rejects(again, { reason: 'grpc.canceled' })
  })

  it('fails where it cannot begin', async () => {
    const broken = waitFor<void>(undefined, () => {
      throw new RangeError('no')
    })
    await assert.rejects(broken, RangeError)
  })
})
