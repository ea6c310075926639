import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { GOSSIP_BYTES_MAX, GOSSIP_WAITING_BYTES_MAX, MESSAGE_BYTES_MAX } from '../limits.ts'
import type { Frame } from './gossipInside.ts'
import { boundFrames, splitFrame } from './splitFrames.ts'

const message = (size: number) => ({ topic: 't', data: new Uint8Array(size) })
const frame = (...sizes: readonly number[]): Frame => ({
  subscriptions: [],
  messages: sizes.map(message),
  control: 'control',
})

describe('a frame of gossip', () => {
  it('stays as it is when others can read it', () => {
    const whole = frame(100, 200_000, 300_000)
    assert.deepEqual(splitFrame(whole), [whole])
    assert.equal(splitFrame(frame(MESSAGE_BYTES_MAX)).length, 1)
  })

  it('goes in several when it is too long, with nothing lost or out of order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(MESSAGE_BYTES_MAX), { maxLength: 20 }), (sizes) => {
        const parts = splitFrame(frame(...sizes))
        const again = parts.flatMap(({ messages }) => messages.map(({ data }) => data!.length))
        assert.deepEqual(again, sizes)
        assert.equal(parts.filter(({ control }) => control !== undefined).length, 1)
        for (const { messages } of parts) {
          const size = messages.reduce((sum, { data }) => sum + data!.length, 0)
          assert.ok(messages.length === 1 || size <= GOSSIP_BYTES_MAX)
        }
      }),
    )
  })
})

describe('a peer that does not read', () => {
  const gossipWith = (writeBufferLength: number) => {
    const sent: number[] = []
    const gossip = {
      streamsOutbound: new Map([['slow', { rawStream: { writeBufferLength } }]]),
      sendRpc: (_peer: string, { messages }: Frame) => {
        sent.push(messages.length)
        return true
      },
    }
    boundFrames(gossip)
    return { gossip, sent }
  }

  it('gets no more gossip beyond its bound, and what it reads in time', () => {
    const { gossip, sent } = gossipWith(GOSSIP_WAITING_BYTES_MAX)
    assert.equal(gossip.sendRpc('slow', frame(10)), true)
    assert.deepEqual(sent, [1])
    const behind = gossipWith(GOSSIP_WAITING_BYTES_MAX + 1)
    assert.equal(behind.gossip.sendRpc('slow', frame(10)), false)
    assert.deepEqual(behind.sent, [])
  })

  it('is sent what is too long for one frame in several', () => {
    const { gossip, sent } = gossipWith(0)
    gossip.sendRpc('slow', frame(600_000, 600_000, 10))
    assert.deepEqual(sent, [1, 2])
  })

  it('is known only as this version of the library shows it', () => {
    assert.throws(() => boundFrames({}), { name: 'BugError' })
  })
})
