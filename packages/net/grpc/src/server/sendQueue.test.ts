import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { SendQueue } from './sendQueue.ts'

/** A client that takes what is written when it is told to. */
function slowClient(bounds = { countMax: 3, bytesMax: 10 }, room = 1000) {
  let held = 0
  let drained = 0
  const written: number[][] = []
  const taking: (() => void)[] = []
  const queue = new SendQueue(
    {
      hold(bytes) {
        if (held + bytes > room) return false
        held += bytes
        return true
      },
      unhold: (bytes) => {
        held -= bytes
      },
      write: (frames, done) => {
        written.push([...frames])
        taking.push(done)
      },
      drained: () => {
        drained++
      },
    },
    bounds,
  )
  const take = () => taking.shift()?.()
  return { queue, written, take, held: () => held, drained: () => drained }
}

describe('what waits for the client of a stream', () => {
  it('goes out at once, and together after it had to wait', () => {
    const { queue, written, take, held, drained } = slowClient()
    for (const byte of [1, 2, 3]) assert.ok(queue.push(Uint8Array.of(byte)))
    assert.deepEqual([written, held(), queue.isEmpty], [[[1]], 3, false])
    take()
    assert.deepEqual([written, held()], [[[1], [2, 3]], 2])
    take()
    assert.deepEqual([held(), drained(), queue.isEmpty], [0, 1, true])
  })

  it('are as many messages as there may be, and not one more', () => {
    const { queue } = slowClient()
    const pushed = [1, 2, 3, 4, 5].map((byte) => queue.push(Uint8Array.of(byte)))
    assert.deepEqual(pushed, [true, true, true, true, false])
  })

  it('are as many bytes as there may be, and not one more', () => {
    const { queue } = slowClient()
    queue.push(new Uint8Array(100))
    assert.equal(queue.push(new Uint8Array(4)), true)
    assert.equal(queue.push(new Uint8Array(7)), false)
    assert.equal(queue.push(new Uint8Array(6)), true)
    assert.equal(queue.push(new Uint8Array(1)), false)
  })

  it('is one message of any size, where none waits', () => {
    const { queue } = slowClient()
    queue.push(Uint8Array.of(1))
    assert.equal(queue.push(new Uint8Array(100)), true)
  })

  it('is forgotten when it is dropped, but for what is on its way', () => {
    const { queue, written, take, held, drained } = slowClient()
    for (const byte of [1, 2, 3]) queue.push(Uint8Array.of(byte))
    queue.drop()
    assert.equal(held(), 1)
    take()
    assert.deepEqual([written, held(), drained()], [[[1]], 0, 1])
  })

  it('holds what it says, whatever happens', () => {
    const step = fc.oneof(fc.nat(8), fc.constant('take'), fc.constant('drop'))
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const { queue, take, held, written } = slowClient({ countMax: 4, bytesMax: 12 }, 30)
        let accepted = 0
        for (const what of steps) {
          if (what === 'take') take()
          else if (what === 'drop') queue.drop()
          else if (queue.push(new Uint8Array(what as number))) accepted += what as number
        }
        assert.ok(held() >= 0 && held() <= 30)
        for (let i = 0; i < 3; i++) take()
        assert.equal(held(), 0)
        assert.ok(written.flat().length <= accepted)
      }),
    )
  })
})
