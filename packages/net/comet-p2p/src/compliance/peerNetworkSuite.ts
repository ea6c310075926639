/**
 * What reactors may rely on, whatever carries their messages: sockets, or the simulator. Whoever
 * implements the contract of `@wadi/contracts/peers` runs this.
 */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Channel, Peer, Reactor } from '@wadi/contracts/peers'

/** Two nodes that can become peers. */
export interface PeerNetworkHarness {
  /** Gives the nodes their reactors and makes them peers; either may dial. */
  connect(reactors: readonly [readonly Reactor[], readonly Reactor[]]): void
  /** Everything happens that is under way. */
  settle(): void
}

const FIRST: Channel = { id: 0x20, priority: 6, sendQueueMax: 3, messageBytesMax: 100_000 }
const SECOND: Channel = { id: 0x21, priority: 1, sendQueueMax: 100, messageBytesMax: 1000 }
const MINE: Channel = { id: 0x22, priority: 1, sendQueueMax: 10, messageBytesMax: 1000 }

class Witness implements Reactor {
  readonly name: string
  readonly channels: readonly Channel[]
  readonly events: string[] = []
  readonly messages: Uint8Array[] = []
  peer: Peer | undefined
  onMessage: (peer: Peer, message: Uint8Array) => void = () => undefined

  constructor(name: string, channels: readonly Channel[]) {
    this.name = name
    this.channels = channels
  }

  addPeer(peer: Peer): void {
    this.peer = peer
    this.events.push('add')
  }

  removePeer(): void {
    this.events.push('remove')
  }

  receive(peer: Peer, channel: number, message: Uint8Array): void {
    this.events.push(`receive ${channel}`)
    this.messages.push(message)
    this.onMessage(peer, message)
  }

  drained(_peer: Peer, channel: number): void {
    this.events.push(`drained ${channel}`)
  }
}

/** Describes the promises for one implementation. */
export function testPeerNetwork(name: string, create: () => PeerNetworkHarness): void {
  function connected() {
    const network = create()
    const a = new Witness('a', [FIRST, SECOND])
    const b = new Witness('b', [FIRST, SECOND])
    const [mine, other] = [new Witness('mine', [MINE]), new Witness('other', [])]
    network.connect([
      [a, mine],
      [b, other],
    ])
    network.settle()
    return { network, a, b, mine, other }
  }

  describe(`${name} as a network of peers`, () => {
    it('tells every reactor of a peer once; one side dialed', () => {
      const { a, b, mine, other } = connected()
      for (const { events } of [a, b, mine, other]) assert.deepEqual(events, ['add'])
      assert.notEqual(a.peer!.isOutbound, b.peer!.isOutbound)
      assert.notEqual(a.peer!.id, b.peer!.id)
      assert.equal(mine.peer!.id, a.peer!.id)
      assert.ok(a.peer!.channels.has(FIRST.id) && a.peer!.channels.has(SECOND.id))
    })

    it('delivers what was taken, whole and in order on each channel', () => {
      const { network, a, b } = connected()
      const sent: Uint8Array[] = []
      for (let i = 0; i < 60; i++) {
        const message = new Uint8Array(1 + i * 10).fill(i)
        assert.ok(a.peer!.send(SECOND.id, message))
        sent.push(message)
      }
      network.settle()
      assert.deepEqual(b.messages, sent)
      assert.deepEqual(a.messages, [])
    })

    it('delivers messages of the bound, and empty ones', () => {
      const { network, a, b } = connected()
      const large = new Uint8Array(FIRST.messageBytesMax).fill(7)
      assert.ok(b.peer!.send(FIRST.id, large))
      assert.ok(b.peer!.send(FIRST.id, new Uint8Array(0)))
      network.settle()
      assert.deepEqual(a.messages, [large, new Uint8Array(0)])
    })

    it('never waits and calls nobody back before it returns', () => {
      const { a, b } = connected()
      assert.ok(a.peer!.send(FIRST.id, Uint8Array.of(1)))
      assert.deepEqual([a.events, b.events], [['add'], ['add']])
    })

    it('says when a queue is full, and tells when there is room again', () => {
      const { network, a } = connected()
      for (let i = 0; i < FIRST.sendQueueMax; i++) {
        assert.ok(a.peer!.canSend(FIRST.id))
        assert.ok(a.peer!.send(FIRST.id, new Uint8Array(50_000)))
      }
      assert.equal(a.peer!.canSend(FIRST.id), false)
      assert.equal(a.peer!.send(FIRST.id, Uint8Array.of(1)), false)
      assert.ok(a.peer!.canSend(SECOND.id))
      network.settle()
      assert.ok(a.events.includes(`drained ${FIRST.id}`))
      assert.ok(a.peer!.canSend(FIRST.id))
    })

    it('sends nothing on a channel that the peer does not know', () => {
      const { mine } = connected()
      assert.equal(mine.peer!.send(MINE.id, Uint8Array.of(1)), false)
      assert.equal(mine.peer!.canSend(MINE.id), false)
    })

    it("gives bytes that are the receiver's to keep", () => {
      const { network, a, b } = connected()
      const message = Uint8Array.of(1, 2, 3)
      b.onMessage = (_peer, bytes) => void bytes.fill(9)
      a.peer!.send(FIRST.id, message)
      network.settle()
      assert.deepEqual(message, Uint8Array.of(1, 2, 3))
    })

    it('bears a peer that is a little slow', () => {
      const { network, a, b } = connected()
      a.peer!.punish({ severity: 'slow', why: 'test' })
      network.settle()
      assert.ok(b.peer!.send(FIRST.id, Uint8Array.of(1)))
      network.settle()
      assert.deepEqual(a.events, ['add', `receive ${FIRST.id}`])
    })

    for (const severity of ['drop', 'ban'] as const)
      it(`ends the connection on both sides for a ${severity}, and nothing comes after`, () => {
        const { network, a, b, mine } = connected()
        const { peer } = a
        b.peer!.send(FIRST.id, Uint8Array.of(1))
        b.peer!.send(FIRST.id, Uint8Array.of(2))
        a.onMessage = () => peer!.punish({ severity, why: 'test' })
        network.settle()
        assert.deepEqual(a.events.slice(0, 3), ['add', `receive ${FIRST.id}`, 'remove'])
        assert.deepEqual(a.messages, [Uint8Array.of(1)])
        assert.deepEqual(mine.events.slice(0, 2), ['add', 'remove'])
        assert.deepEqual(b.events.slice(0, 2), ['add', 'remove'])
        assert.equal(peer!.send(FIRST.id, Uint8Array.of(3)), false)
        assert.equal(peer!.canSend(FIRST.id), false)
      })
  })
}
