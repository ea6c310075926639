import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock } from '@wadi/base/clock'
import type { Reactor } from '@wadi/contracts/peers'
import { unflooded } from './flood.ts'
import { FLOODED_PER_OFFENCE, MESSAGES_BURST_MAX, MESSAGES_PER_SECOND_MAX } from './limits.ts'
import { FakePeer } from './testing/fakePeer.ts'

const NOTHING = new Uint8Array(0)

function scene() {
  const clock = new FakeClock()
  let heard = 0
  const inner: Reactor = {
    name: 'inner',
    channels: [],
    addPeer: () => undefined,
    removePeer: () => undefined,
    receive: () => {
      heard++
    },
  }
  const reactor = unflooded(inner, clock)
  const peer = new FakePeer('a')
  reactor.addPeer(peer)
  const say = (count: number) => {
    for (let i = 0; i < count; i++) reactor.receive(peer, 0, NOTHING)
  }
  return { clock, reactor, peer, say, heardCount: () => heard }
}

describe('a flood of messages', () => {
  it('is heard up to its bound, and not one more; then it counts against the peer', () => {
    const { peer, say, heardCount } = scene()
    say(MESSAGES_BURST_MAX)
    assert.equal(heardCount(), MESSAGES_BURST_MAX)
    say(FLOODED_PER_OFFENCE - 1)
    assert.equal(heardCount(), MESSAGES_BURST_MAX)
    assert.deepEqual(peer.offences, [])
    say(1)
    assert.deepEqual(
      peer.offences.map(({ severity }) => severity),
      ['slow'],
    )
    say(2 * FLOODED_PER_OFFENCE)
    assert.equal(peer.offences.length, 3)
  })

  it('is heard again as time passes, at its rate', () => {
    const { clock, peer, say, heardCount } = scene()
    say(MESSAGES_BURST_MAX)
    clock.advance(100)
    say(MESSAGES_PER_SECOND_MAX / 10 + 7)
    assert.equal(heardCount(), MESSAGES_BURST_MAX + MESSAGES_PER_SECOND_MAX / 10)
    clock.advance(3_600_000)
    say(MESSAGES_BURST_MAX + 1)
    assert.equal(heardCount(), 2 * MESSAGES_BURST_MAX + MESSAGES_PER_SECOND_MAX / 10)
    assert.deepEqual(peer.offences, [])
  })

  it('of one peer is not that of another, and is over when the peer is gone', () => {
    const { reactor, peer, say, heardCount } = scene()
    say(MESSAGES_BURST_MAX + 10)
    const other = new FakePeer('b')
    reactor.addPeer(other)
    reactor.receive(other, 0, NOTHING)
    assert.equal(heardCount(), MESSAGES_BURST_MAX + 1)
    reactor.removePeer(peer)
    say(1)
    assert.equal(heardCount(), MESSAGES_BURST_MAX + 1)
  })
})
