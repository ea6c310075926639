/** What somebody can do who never shows who it is: hold places, and what comes of it. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MemoryLog } from '@wadi/base/log'
import { formatMetrics } from '@wadi/base/prometheusText'
import { parseIp } from '@wadi/primitives/ip'
import {
  ARRIVALS_PER_IP_PER_SECOND_MAX,
  HANDSHAKE_GRACE_MS,
  HANDSHAKE_MS_MAX,
  HANDSHAKES_MAX,
  HANDSHAKES_PER_IP_MAX,
} from '../limits.ts'
import type { Wire } from '../sockets/contract.ts'
import { RawPeer } from '../testing/rawPeer.ts'
import { type TestNode, TestWorld } from '../testing/testNode.ts'

const ADDRESSES = HANDSHAKES_MAX / HANDSHAKES_PER_IP_MAX
/** The first byte of an ephemeral key's message, and no more. */
const FIRST_BYTE = Uint8Array.of(34)

/** Somebody who connects and then says nothing, or hardly anything. */
class Stranger {
  #wire: Wire | undefined
  isEnded = false

  constructor(world: TestWorld, node: TestNode, from: string, said?: Uint8Array) {
    world.internet.machine(parseIp(from)).dial(node.address, (result) => {
      assert.ok(result.kind === 'connected')
      this.#wire = result.wire
      const ended = () => {
        this.isEnded = true
      }
      result.wire.open({ received: () => undefined, drained: () => undefined, ended })
      if (said !== undefined) result.wire.write(said)
    })
    world.time.settle()
  }

  say(bytes: Uint8Array): void {
    this.#wire!.write(bytes)
  }
}

function crowd(world: TestWorld, node: TestNode, said?: Uint8Array): readonly Stranger[] {
  return Array.from({ length: HANDSHAKES_MAX }, (_, i) => {
    return new Stranger(world, node, `10.1.0.${i % ADDRESSES}`, said)
  })
}

const endedCount = (strangers: readonly Stranger[]) =>
  strangers.filter(({ isEnded }) => isEnded).length
const isPeer = (node: TestNode, { id }: { readonly id: string }) =>
  node.network.peer(id) !== undefined
const metricsOf = (node: TestNode) => formatMetrics(node.metrics.collect())

describe('strangers who say nothing', () => {
  it('do not keep others of their address out: the oldest of them goes', () => {
    const world = new TestWorld()
    const node = world.started(1, { duplicateIps: 'allowed' })
    const silent = Array.from({ length: HANDSHAKES_PER_IP_MAX }, () => {
      return new Stranger(world, node, '10.0.0.2')
    })
    assert.equal(endedCount(silent), 0)
    assert.ok(isPeer(node, RawPeer.dial(world, 2, node.address)))
    assert.deepEqual([endedCount(silent), silent[0]!.isEnded], [1, true])
  })

  it('do not keep a peer out with which they share the only place of an address', () => {
    const world = new TestWorld()
    const node = world.started(1)
    const silent = new Stranger(world, node, '10.0.0.2')
    assert.ok(isPeer(node, RawPeer.dial(world, 2, node.address)))
    assert.equal(silent.isEnded, true)
    const later = new Stranger(world, node, '10.0.0.2')
    assert.equal(later.isEnded, true)
    assert.equal(node.network.peers().length, 1)
  })

  it('do not keep others of other addresses out when all places are taken', () => {
    const world = new TestWorld()
    const node = world.started(1, { duplicateIps: 'allowed' })
    const silent = crowd(world, node)
    assert.equal(endedCount(silent), 0)
    assert.ok(isPeer(node, RawPeer.dial(world, 2, node.address)))
    assert.equal(endedCount(silent), 1)
  })

  it('are scored when their time is over, and kept away after the fourth time', () => {
    const world = new TestWorld()
    const node = world.started(1)
    for (let times = 1; times <= 4; times++) {
      const silent = new Stranger(world, node, '10.0.0.2')
      world.time.advance(HANDSHAKE_MS_MAX - 1)
      assert.equal(silent.isEnded, false)
      world.time.advance(1)
      assert.equal(silent.isEnded, true)
      assert.equal(new Stranger(world, node, '10.0.0.2').isEnded, times === 4)
    }
    assert.match(metricsOf(node), /why="p2p.silentHandshake",verdict="banned"} 1/)
  })

  it('are scored when they give way after a while, and not before', () => {
    const world = new TestWorld()
    const node = world.started(1)
    const offences = (ageMs: number) => {
      new Stranger(world, node, '10.0.0.2')
      world.time.advance(ageMs)
      new Stranger(world, node, '10.0.0.2', FIRST_BYTE)
      return Number(/why="p2p.silentHandshake".*} (\d+)/.exec(metricsOf(node))?.[1] ?? 0)
    }
    assert.equal(offences(HANDSHAKE_GRACE_MS - 1), 0)
    world.time.advance(HANDSHAKE_MS_MAX)
    assert.equal(offences(HANDSHAKE_GRACE_MS), 1)
  })

  it('are not told from those whose bytes came while this node was busy', () => {
    const world = new TestWorld()
    const node = world.started(1)
    let late: Stranger | undefined
    world.time.after(HANDSHAKE_MS_MAX, () => late!.say(FIRST_BYTE))
    late = new Stranger(world, node, '10.0.0.2')
    world.time.advance(HANDSHAKE_MS_MAX)
    assert.equal(late.isEnded, true)
    assert.match(metricsOf(node), /why="p2p.slowHandshake",verdict="none"} 1/)
  })
})

describe('strangers who come and go all the time', () => {
  it('are not even greeted beyond the rate', () => {
    const world = new TestWorld()
    const node = world.started(1)
    for (let i = 0; i <= ARRIVALS_PER_IP_PER_SECOND_MAX; i++) new Stranger(world, node, '10.0.0.2')
    assert.match(metricsOf(node), /why="too often"} 1/)
    assert.ok(isPeer(node, RawPeer.dial(world, 3, node.address)))
  })
})

describe('strangers who say a byte and then nothing', () => {
  it('keep others of their address out for a while, no longer', () => {
    const world = new TestWorld()
    const node = world.started(1, { duplicateIps: 'allowed' })
    const slow = Array.from({ length: HANDSHAKES_PER_IP_MAX }, () => {
      return new Stranger(world, node, '10.0.0.2', FIRST_BYTE)
    })
    world.time.advance(HANDSHAKE_GRACE_MS - 1)
    assert.equal(isPeer(node, RawPeer.dial(world, 2, node.address)), false)
    assert.equal(endedCount(slow), 0)
    world.time.advance(1)
    assert.ok(isPeer(node, RawPeer.dial(world, 2, node.address)))
    assert.equal(endedCount(slow), 1)
  })

  it('of few addresses keep nobody of another one out', () => {
    const world = new TestWorld()
    const node = world.started(1, { duplicateIps: 'allowed' })
    const slow = crowd(world, node, FIRST_BYTE)
    assert.ok(isPeer(node, RawPeer.dial(world, 2, node.address)))
    assert.equal(endedCount(slow), 1)
  })

  it('of many addresses keep strangers out for a while, and nobody whom the operator named', () => {
    const world = new TestWorld()
    const unconditionalPeers = [world.addressOf(3).id]
    const persistentPeers = [world.addressOf(2)]
    const node = world.started(1, { persistentPeers, unconditionalPeers })
    const known = RawPeer.dial(world, 3, node.address)
    assert.ok(isPeer(node, known))
    known.wire.close()
    world.time.settle()
    const slow = Array.from({ length: HANDSHAKES_MAX }, (_, i) => {
      return new Stranger(world, node, `10.1.0.${i}`, FIRST_BYTE)
    })
    assert.equal(isPeer(node, RawPeer.dial(world, 4, node.address)), false)
    assert.equal(endedCount(slow), 0)
    assert.ok(isPeer(node, RawPeer.dial(world, 2, node.address)))
    assert.equal(endedCount(slow), 1)
    assert.equal(isPeer(node, RawPeer.dial(world, 4, node.address)), true)
    new Stranger(world, node, '10.1.1.1', FIRST_BYTE)
    assert.ok(isPeer(node, RawPeer.dial(world, 3, node.address)))
    assert.equal(endedCount(slow), 2)
  })

  it('do not hinder those whom this node dials', () => {
    const world = new TestWorld()
    const [node, other] = [world.started(1), world.started(2)]
    for (let i = 0; i < HANDSHAKES_MAX; i++) new Stranger(world, node, `10.1.0.${i}`, FIRST_BYTE)
    world.connect(node, other)
    assert.ok(isPeer(node, other.network))
  })

  it('are hardly scored: a slow line does the same', () => {
    const world = new TestWorld()
    const node = world.started(1)
    for (let times = 0; times < 20; times++) {
      const slow = new Stranger(world, node, '10.0.0.2', FIRST_BYTE)
      world.time.advance(HANDSHAKE_MS_MAX)
      assert.equal(slow.isEnded, true)
    }
    assert.match(metricsOf(node), /why="p2p.slowHandshake",verdict="none"} 20/)
  })
})

describe('a process that may open few files', () => {
  it('is told so in words at the start, and lets fewer in', () => {
    const world = new TestWorld()
    const log = new MemoryLog()
    const node = world.started(1, { sink: log.sink, socketsMax: 150, inboundPeersMax: 40 })
    const [warning] = log.records
    assert.match(warning!.sentence, /too few files .* raise its limit \(ulimit -n/)
    assert.deepEqual(warning!.fields, { socketsWanted: 188, socketsMax: 150, inboundPeersMax: 2 })
    const peers = [2, 3, 4].map((index) => RawPeer.dial(world, index, node.address))
    assert.deepEqual(
      peers.map((peer) => isPeer(node, peer)),
      [true, true, false],
    )
  })

  it('is told nothing if they are enough', () => {
    const world = new TestWorld()
    const log = new MemoryLog()
    world.started(1, { sink: log.sink, socketsMax: 188, inboundPeersMax: 40 })
    assert.deepEqual(
      log.records.map(({ sentence }) => sentence),
      ['listening for peers'],
    )
  })
})
