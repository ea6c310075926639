/** What a peer can do wrong on a connection, and what comes of it. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, EMPTY_BYTES } from '@wadi/base/bytes'
import { formatMetrics } from '@wadi/base/prometheusText'
import { SeededRandom } from '@wadi/base/random'
import type { Channel } from '@wadi/contracts/peers'
import { encodeDelimited } from '@wadi/protobuf/codec'
import { EphemeralKey, Packet } from '@wadi/tendermint/messages/connection'
import {
  IDLE_PACKETS_PER_SECOND_MAX,
  SMALL_PIECE_BYTES,
  WIRE_WAITING_BYTES_MAX,
} from '../limits.ts'
import { RawPeer } from '../testing/rawPeer.ts'
import { ECHO, type TestNode, TestWorld } from '../testing/testNode.ts'

const BAN_MS = 10 * 60_000

/** With room for as many pieces as any test sends. */
const LONG: Channel = { ...ECHO, messageBytesMax: 1_000_000 }

const PING: Packet = { kind: 'ping', body: {} }
/** A piece that is not the last. */
const pieceOf = (size: number): Packet => {
  return { kind: 'message', body: { channelId: ECHO.id, eof: false, data: new Uint8Array(size) } }
}
const IDLE_PACKETS: readonly (readonly [string, Packet])[] = [
  ['pings', PING],
  ['pongs', { kind: 'pong', body: {} }],
  ['empty pieces', pieceOf(0)],
  ['pieces with hardly anything in them', pieceOf(SMALL_PIECE_BYTES - 1)],
]

const repeat = (bytes: Uint8Array, count: number) =>
  concatBytes(...Array.from({ length: count }, () => bytes))

/** A node and somebody who is its peer. */
function attack(options: Parameters<TestWorld['started']>[1] = {}) {
  const world = new TestWorld()
  const node = world.started(1, options)
  const peer = RawPeer.dial(world, 2, node.address)
  assert.equal(node.network.peers().length, 1)
  return { world, node, peer }
}

/** Somebody dials, says something and is dropped; says how often until it is kept away. */
function timesUntilBanned(say: (peer: RawPeer) => void): number {
  const world = new TestWorld()
  const node = world.started(1)
  for (let times = 1; ; times++) {
    const peer = RawPeer.dial(world, 2, node.address)
    if (!peer.isReady) return times - 1
    say(peer)
    world.time.settle()
    assert.equal(peer.isEnded, true)
    assert.deepEqual(node.network.peers(), [])
  }
}

const offences = (node: TestNode) => formatMetrics(node.metrics.collect())

describe('Bad input from a peer: wrong lengths', () => {
  it('of packets: the peer is dropped, and kept away after three times', () => {
    assert.equal(
      timesUntilBanned((peer) => peer.say(Uint8Array.of(0xff, 0xff, 0x7f))),
      3,
    )
  })

  it('of messages: dropped before the message is there', () => {
    const { world, node, peer } = attack()
    for (let i = 0; i < 101; i++) peer.sayPiece(ECHO.id, new Uint8Array(1000), false)
    world.time.settle()
    assert.equal(peer.isEnded, true)
    assert.deepEqual(node.reactor.messages, [])
    assert.match(offences(node), /why="p2p.messageTooLong",verdict="dropped"} 1/)
  })

  it('of frames: dropped', () => {
    const { world, peer } = attack()
    peer.write(new Uint8Array(1044))
    world.time.settle()
    assert.equal(peer.isEnded, true)
  })

  it('of first messages: refused before anything is kept', () => {
    const world = new TestWorld()
    const node = world.started(1)
    let isEnded = false
    world.internet.machine(world.addressOf(2).ip).dial(node.address, (result) => {
      if (result.kind !== 'connected') return
      const ended = () => {
        isEnded = true
      }
      result.wire.open({ received: () => undefined, drained: () => undefined, ended })
      result.wire.write(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f))
    })
    world.time.settle()
    assert.equal(isEnded, true)
    assert.match(offences(node), /refused_connections{.*why="protobuf.frameTooLarge"} 1/)
  })
})

describe('Bad input from a peer: huge counts', () => {
  it('of pieces that never become a message: memory stays within the bound', () => {
    const channels: Channel[] = Array.from({ length: 10 }, (_, i) => ({
      ...ECHO,
      id: i,
      messageBytesMax: 50_000,
    }))
    const { world, node, peer } = attack({ channels: [ECHO, ...channels.slice(1)] })
    for (let round = 0; round < 49; round++)
      for (const { id } of channels.slice(1)) peer.sayPiece(id, new Uint8Array(1000), false)
    world.time.advance(10_000)
    const held = node.network.peers()[0]!.link.mux!.heldBytes
    assert.ok(held >= 9 * 49_000 && held <= 9 * 50_000, `${held}`)
    peer.wire.close()
    world.time.settle()
    assert.deepEqual(node.network.peers(), [])
  })

  it('of empty pieces: nothing is kept of them', () => {
    const { world, node, peer } = attack()
    for (let i = 0; i < IDLE_PACKETS_PER_SECOND_MAX; i++) peer.sayPiece(ECHO.id, EMPTY_BYTES, false)
    world.time.advance(10_000)
    assert.equal(node.network.peers()[0]!.link.mux!.heldBytes, 0)
  })
})

describe('Bad input from a peer: unknown channels and messages', () => {
  it('a channel that no reactor has: dropped, and kept away after three times', () => {
    // Next to one that there is, the same in its last byte, and before all.
    for (const channel of [0x76, 0x78, 0x177, -1])
      assert.equal(
        timesUntilBanned((peer) => peer.sayPiece(channel, Uint8Array.of(1), true)),
        3,
        `channel ${channel}`,
      )
  })

  it('a channel that no reactor has: no reactor hears of it, nothing is kept', () => {
    for (const eof of [true, false]) {
      const { world, node, peer } = attack()
      const heard = () => node.reactor.messages.length
      peer.sayPiece(ECHO.id, Uint8Array.of(1), true)
      world.time.settle()
      assert.equal(heard(), 1)
      peer.sayPiece(5, new Uint8Array(1000), eof)
      peer.sayPiece(ECHO.id, Uint8Array.of(1), true)
      world.time.settle()
      assert.deepEqual([heard(), peer.isEnded, node.network.peers().length], [1, true, 0])
      assert.match(offences(node), /why="p2p.unknownChannel",verdict="dropped"} 1/)
    }
  })

  it('a packet of no kind: dropped, and kept away after three times', () => {
    assert.equal(
      timesUntilBanned((peer) => peer.say(Uint8Array.of(2, 0x22, 0))),
      3,
    )
  })

  it('junk instead of packets: dropped, whatever it is', () => {
    const random = new SeededRandom(9n)
    for (let i = 0; i < 20; i++) {
      const { world, peer } = attack()
      for (let n = 0; n < 50 && !peer.isEnded; n++) {
        peer.say(random.bytes(2000))
        world.time.settle()
      }
      assert.equal(peer.isEnded, true)
    }
  })
})

describe('Bad input from a peer: wrong chain', () => {
  it('refused after the handshake, never a peer, kept away after three times', () => {
    const world = new TestWorld()
    const node = world.started(1)
    const peers = Array.from({ length: 4 }, () => {
      return RawPeer.dial(world, 2, node.address, { network: 'another-chain' })
    })
    assert.deepEqual(node.reactor.events, [])
    // The fourth is not even listened to.
    assert.ok(peers.every(({ isEnded }) => isEnded))
    assert.match(offences(node), /why="p2p.incompatible",verdict="banned"} 1/)
    assert.match(offences(node), /refused_connections{.*why="banned"} 1/)
  })
})

describe('Bad input from a peer: floods', () => {
  it('of bytes: no more is read than the rate, the rest waits at the sender', () => {
    const receiveBytesPerSecond = 100_000
    const rates = { sendBytesPerSecond: 1_000_000, receiveBytesPerSecond }
    const { world, node, peer } = attack({ rates })
    const message = new Uint8Array(1000)
    for (let i = 0; i < 1000; i++) peer.sayPiece(ECHO.id, message, true)
    const countAfter = (ms: number) => {
      world.time.advance(ms)
      return node.reactor.messages.length
    }
    const [first, second, third] = [countAfter(0), countAfter(1000), countAfter(1000)]
    // A message has 1044 bytes on the wire; a piece of the wire may go beyond the rate once.
    assert.ok(first! <= 100, `${first}`)
    assert.ok(second! - first! <= 100 && second! - first! >= 90, `${second}`)
    assert.ok(third! - second! <= 100 && third! - second! >= 90, `${third}`)
    assert.equal(node.network.peers().length, 1)
  })

  it('of pings: one answer at a time', () => {
    const { world, peer } = attack()
    const before = peer.received.length
    const count = IDLE_PACKETS_PER_SECOND_MAX
    peer.say(repeat(encodeDelimited(Packet, PING), count))
    world.time.advance(10_000)
    assert.ok(peer.received.length - before < 3 * count)
    assert.equal(peer.isEnded, false)
  })

  for (const [name, packet] of IDLE_PACKETS) {
    const bytes = encodeDelimited(Packet, packet)

    it(`of ${name}: dropped beyond the rate, and kept away after three times`, () => {
      const { world, node, peer } = attack()
      peer.say(repeat(bytes, IDLE_PACKETS_PER_SECOND_MAX))
      world.time.settle()
      assert.equal(peer.isEnded, false)
      peer.say(bytes)
      world.time.settle()
      assert.equal(peer.isEnded, true)
      assert.match(offences(node), /why="p2p.tooManyIdlePackets",verdict="dropped"} 1/)
      const flood = repeat(bytes, IDLE_PACKETS_PER_SECOND_MAX + 1)
      assert.equal(
        timesUntilBanned((again) => again.say(flood)),
        3,
      )
    })

    it(`of ${name}: endured at the rate for as long as it goes on`, () => {
      const { world, peer } = attack({ channels: [LONG] })
      for (let seconds = 0; seconds < 60; seconds++) {
        peer.say(repeat(bytes, IDLE_PACKETS_PER_SECOND_MAX))
        world.time.advance(1000)
      }
      assert.equal(peer.isEnded, false)
    })
  }

  it('of full pieces: only bytes are counted', () => {
    const { world, node, peer } = attack({ channels: [LONG] })
    const data = new Uint8Array(SMALL_PIECE_BYTES)
    for (let i = 0; i < 10 * IDLE_PACKETS_PER_SECOND_MAX; i++) peer.sayPiece(ECHO.id, data, false)
    peer.sayPiece(ECHO.id, EMPTY_BYTES, true)
    world.time.settle()
    assert.equal(node.reactor.messages.length, 1)
  })

  it('of connections: so many of one address are let in at a time', () => {
    const world = new TestWorld()
    const node = world.started(1)
    const peers = Array.from({ length: 20 }, () => RawPeer.dial(world, 2, node.address))
    assert.equal(peers.filter(({ isEnded }) => !isEnded).length, 1)
    assert.equal(node.network.peers().length, 1)
  })

  it('of small offences: the peer is slowed, then dropped', () => {
    const rates = { sendBytesPerSecond: 1_000_000, receiveBytesPerSecond: 80_000 }
    const { world, node, peer } = attack({ rates })
    const punish = (times: number) => {
      for (let i = 0; i < times; i++)
        node.network.peers()[0]?.punish({ severity: 'slow', why: 'useless message' })
    }
    const receivedInTenSeconds = () => {
      const before = node.reactor.messages.length
      for (let i = 0; i < 1000; i++) peer.sayPiece(ECHO.id, new Uint8Array(1000), true)
      world.time.advance(10_000)
      return node.reactor.messages.length - before
    }
    const atFullRate = receivedInTenSeconds()
    world.time.advance(60_000)
    punish(9)
    const slowed = receivedInTenSeconds()
    assert.ok(slowed < atFullRate / 4, `${slowed} of ${atFullRate}`)
    assert.equal(node.network.peers().length, 1)
    punish(3)
    world.time.settle()
    assert.deepEqual(node.network.peers(), [])
  })
})

describe('Bad input from a peer: whoever did it', () => {
  it('is banned at once by id and address where no honest program would do that', () => {
    const { world, node, peer } = attack()
    node.network.peers()[0]!.punish({ severity: 'ban', why: 'equivocates' })
    world.time.settle()
    assert.equal(peer.isEnded, true)
    const sameId = RawPeer.dial(world, 2, node.address)
    assert.deepEqual([sameId.isReady, sameId.isEnded], [false, true])
    // Another key at the same address does not help.
    const sameIp = world.started(3, { host: 2 })
    world.connect(sameIp, node)
    assert.deepEqual(node.network.peers(), [])
  })

  it('is let in again when its time is over', () => {
    const { world, node } = attack()
    node.network.peers()[0]!.punish({ severity: 'ban', why: 'equivocates' })
    world.time.advance(BAN_MS - 1)
    assert.equal(RawPeer.dial(world, 2, node.address).isReady, false)
    world.time.advance(1)
    assert.equal(RawPeer.dial(world, 2, node.address).isReady, true)
  })

  it('is not dialed while it is banned', () => {
    const world = new TestWorld()
    const [a, b] = [world.started(1), world.started(2)]
    world.connect(a, b)
    a.network.peers()[0]!.punish({ severity: 'ban', why: 'lies' })
    let why = ''
    a.network.dial(b.address, (outcome) => {
      why = outcome.kind === 'failed' ? outcome.why : outcome.kind
    })
    assert.equal(why, 'banned')
  })

  it('is dropped and comes back where the operator has named it', () => {
    const world = new TestWorld()
    const a = world.started(1, { persistentPeers: [world.addressOf(2)] })
    world.started(2)
    world.time.advance(5000)
    a.network.peers()[0]!.punish({ severity: 'ban', why: 'lies' })
    assert.deepEqual(a.network.peers(), [])
    world.time.advance(10_000)
    assert.equal(a.network.peers().length, 1)
  })

  it('is known by its key alone where several peers share an address', () => {
    const world = new TestWorld()
    const node = world.started(1, { duplicateIps: 'allowed' })
    const [bad, good] = [2, 3].map((index) => world.started(index, { host: 9 }))
    world.connect(bad!, node)
    node.network.peers()[0]!.punish({ severity: 'ban', why: 'lies' })
    world.connect(good!, node)
    world.connect(bad!, node)
    assert.deepEqual([...node.reactor.peers.keys()], [good!.network.id])
  })

  it('is never told anything that the key was not shown for', () => {
    const world = new TestWorld()
    const node = world.started(1)
    let received: Uint8Array = EMPTY_BYTES
    world.internet.machine(world.addressOf(2).ip).dial(node.address, (result) => {
      if (result.kind !== 'connected') return
      result.wire.open({
        received: (bytes) => {
          received = concatBytes(received, bytes)
        },
        drained: () => undefined,
        ended: () => undefined,
      })
      result.wire.write(encodeDelimited(EphemeralKey, { value: new Uint8Array(32).fill(9) }))
    })
    world.time.settle()
    // Its ephemeral key and the sealed proof of its own: nothing of what it is.
    assert.equal(received.length, 35 + 1044)
  })
})

describe('Bad input from a peer: memory', () => {
  it('of all peers together is bounded: whoever takes the most is dropped', () => {
    const world = new TestWorld()
    const node = world.started(1, { reassemblyBytesMax: 150_000 })
    const [small, large, last] = [2, 3, 4].map((index) => RawPeer.dial(world, index, node.address))
    const fill = (peer: RawPeer, pieces: number) => {
      for (let i = 0; i < pieces; i++) peer.sayPiece(ECHO.id, new Uint8Array(1000), false)
      world.time.settle()
    }
    fill(small!, 10)
    fill(large!, 90)
    assert.equal(node.network.peers().length, 3)
    fill(last!, 60)
    assert.deepEqual(
      [small, large, last].map((peer) => peer!.isEnded),
      [false, true, false],
    )
  })

  it('of what is counted of each peer goes with the peer', () => {
    const channels = [{ ...ECHO, messageTypes: { 1: 'test_First' } }]
    const world = new TestWorld()
    const node = world.started(1, { channels })
    const ofPeers = () =>
      offences(node)
        .match(/^cometbft_p2p_peer_.*$/gm)
        ?.join('\n') ?? ''
    const stays = world.started(2, { channels })
    world.connect(stays, node)
    stays.network.peers()[0]!.send(ECHO.id, Uint8Array.of(0x0a, 1))
    world.time.advance(10_000)
    const before = ofPeers()
    assert.match(
      before,
      new RegExp(`receive_bytes_total{.*peer_id="${stays.network.id}",.*} 2$`, 'm'),
    )
    for (let index = 3; index < 23; index++) {
      const stranger = RawPeer.dial(world, index, node.address)
      stranger.sayPiece(ECHO.id, Uint8Array.of(0x0a, 1), true)
      world.time.advance(10_000)
      assert.ok(ofPeers().includes(stranger.id))
      stranger.sayPiece(ECHO.id, Uint8Array.of(0x0a, 1), true)
      stranger.wire.close()
      world.time.settle()
    }
    world.time.advance(10_000)
    assert.deepEqual(
      node.network.peers().map(({ id }) => id),
      [stays.network.id],
    )
    assert.equal(ofPeers(), before)
    // What all peers said together is still known: nothing that came just before the end is lost.
    assert.match(offences(node), /message_receive_bytes_total{.*"test_First"} 82$/m)
  })

  it('of what a peer does not take is bounded: queues and the wire are full, then nothing', () => {
    const world = new TestWorld()
    const node = world.started(1)
    const peer = RawPeer.dial(world, 2, node.address)
    peer.wire.pause()
    const [target] = node.network.peers()
    let sent = 0
    for (let i = 0; i < 1000; i++) {
      if (target!.send(ECHO.id, new Uint8Array(ECHO.messageBytesMax))) sent++
      world.time.settle()
    }
    const bound = ECHO.sendQueueMax * ECHO.messageBytesMax + 2 * WIRE_WAITING_BYTES_MAX
    assert.ok(sent * ECHO.messageBytesMax <= bound, `${sent}`)
    assert.equal(target!.canSend(ECHO.id), false)
  })
})
