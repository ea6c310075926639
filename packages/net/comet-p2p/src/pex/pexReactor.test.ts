import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLogger, SILENT } from '@wadi/base/log'
import { parseIp } from '@wadi/primitives/ip'
import type { NetAddress } from '../address/netAddress.ts'
import type { Network } from '../network/network.ts'
import { infoOf, RawPeer } from '../testing/rawPeer.ts'
import { type TestNode, type TestOptions, TestWorld } from '../testing/testNode.ts'
import { AddressBook } from './addressBook.ts'
import { encodeAddresses, PEX_REQUEST } from './messages.ts'
import { PEX_CHANNEL, type PexOptions, PexReactor } from './pexReactor.ts'

interface PexNode extends TestNode {
  readonly pex: PexReactor
  readonly book: AddressBook
}

type PexSettings = Partial<Pick<PexOptions, 'seeds' | 'mode' | 'seedDisconnectMs' | 'save'>>

/** A node that looks for peers. */
function pexNode(
  world: TestWorld,
  index: number,
  settings: PexSettings = {},
  options: TestOptions = {},
): PexNode {
  const { random, time } = world
  const book = new AddressBook({ clock: time.clock, random, routability: 'lenient' })
  const made: PexReactor[] = []
  const create = (network: Network) => {
    const log = createLogger('pex', SILENT)
    const pexWorld = { clock: time.clock, timers: time, random, log }
    made.push(new PexReactor({ world: pexWorld, network, book, ...settings }))
    return made
  }
  const node = world.started(index, { reactors: create, addresses: book, ...options })
  const [pex] = made
  pex!.start()
  world.time.settle()
  return { ...node, pex: pex!, book }
}

const CHANNELS = Uint8Array.of(0x77, PEX_CHANNEL.id)

/** Somebody who is the node's peer and says about addresses what a test wants. */
function stranger(world: TestWorld, index: number, node: TestNode): RawPeer {
  const peer = RawPeer.dial(world, index, node.address, { channels: CHANNELS })
  assert.ok(peer.isReady)
  return peer
}

const DAY_MS = 24 * 60 * 60_000

const someAddress = (index: number): NetAddress => ({
  id: infoOf(index).id,
  ip: parseIp(`20.0.0.${index}`),
  port: 1,
})

describe('PexReactor', () => {
  it('asks the peers that it dialed, and learns of others from them', () => {
    const world = new TestWorld()
    const [a, b, c] = [1, 2, 3].map((index) => pexNode(world, index))
    world.connect(c!, b!)
    assert.ok(b!.book.has(c!.network.id))
    world.connect(a!, b!)
    assert.ok(a!.book.has(c!.network.id))
    world.time.advance(31_000)
    assert.deepEqual([...a!.reactor.peers.keys()].sort(), [b!.network.id, c!.network.id].sort())
  })

  it('finds a whole network from one seed', () => {
    const world = new TestWorld(4n)
    const seed = pexNode(world, 1, { mode: 'seed' })
    const settings = { seeds: [seed.address] }
    const nodes = [2, 3, 4, 5, 6].map((index) => {
      world.time.advance(5000)
      return pexNode(world, index, settings)
    })
    world.time.advance(180_000)
    for (const node of nodes) assert.ok(node.network.peers().length >= 3, node.address.id)
  })

  it('takes where a peer that dialed us says that it listens', () => {
    const world = new TestWorld()
    const a = pexNode(world, 1)
    stranger(world, 2, a)
    assert.ok(a.book.has(infoOf(2).id))
    assert.equal(a.book.size, 1)
  })

  it('tells addresses to who asks', () => {
    const world = new TestWorld()
    const a = pexNode(world, 1)
    a.book.add(someAddress(9), someAddress(8))
    const peer = stranger(world, 2, a)
    const before = peer.received.length
    peer.sayPiece(PEX_CHANNEL.id, PEX_REQUEST, true)
    world.time.settle()
    assert.ok(peer.received.length > before + 40)
  })

  it('bans who tells addresses unasked, and takes none of them', () => {
    const world = new TestWorld()
    const a = pexNode(world, 1)
    const peer = stranger(world, 2, a)
    peer.sayPiece(PEX_CHANNEL.id, encodeAddresses([someAddress(9)]), true)
    world.time.settle()
    assert.equal(peer.isEnded, true)
    assert.equal(a.book.has(infoOf(9).id), false)
    assert.ok(a.book.isBanned(peer.id))
    assert.equal(RawPeer.dial(world, 2, a.address, { channels: CHANNELS }).isReady, false)
  })

  it('bans who answers twice', () => {
    const world = new TestWorld()
    const b = world.started(2, { channels: [PEX_CHANNEL] })
    const a = pexNode(world, 1, {}, { channels: [] })
    world.connect(a, b)
    const peer = b.reactor.peers.get(a.network.id)!
    assert.deepEqual(b.reactor.messages[0]?.bytes, PEX_REQUEST)
    peer.send(PEX_CHANNEL.id, encodeAddresses([someAddress(9)]))
    world.time.settle()
    assert.ok(a.book.has(infoOf(9).id))
    peer.send(PEX_CHANNEL.id, encodeAddresses([someAddress(8)]))
    world.time.settle()
    assert.equal(a.book.has(infoOf(8).id), false)
    assert.deepEqual(a.network.peers(), [])
  })

  it('lets a peer ask twice at once and then every ten seconds; sooner is banned', () => {
    const world = new TestWorld()
    const a = pexNode(world, 1)
    const peer = stranger(world, 2, a)
    const ask = (afterMs: number) => {
      world.time.advance(afterMs)
      peer.sayPiece(PEX_CHANNEL.id, PEX_REQUEST, true)
      world.time.settle()
      return peer.isEnded
    }
    assert.deepEqual([ask(0), ask(0), ask(10_000), ask(10_000)], [false, false, false, false])
    assert.equal(ask(9999), true)
  })

  it('bans who says nonsense about addresses', () => {
    const world = new TestWorld()
    const a = pexNode(world, 1)
    const peer = stranger(world, 2, a)
    peer.sayPiece(PEX_CHANNEL.id, Uint8Array.of(0xff), true)
    world.time.settle()
    assert.equal(peer.isEnded, true)
    assert.deepEqual(a.network.peers(), [])
  })

  it('dials until there are enough peers, and waits longer after each failure', () => {
    const world = new TestWorld()
    const a = pexNode(world, 1, {}, { outboundPeersMax: 2 })
    a.book.add(someAddress(9), someAddress(8))
    const attempts = () => a.book.entries().find(({ address }) => address.port === 1)?.attempts
    world.time.advance(31_000)
    assert.equal(attempts(), 1)
    world.time.advance(30_000)
    assert.equal(attempts(), 2)
    world.time.advance(60 * 60_000)
    assert.ok(attempts()! < 13, `${attempts()}`)
    for (const index of [2, 3, 4]) a.book.add(world.started(index).address, someAddress(8))
    world.time.advance(120_000)
    assert.equal(a.network.counts().outbound, 2)
  })

  it('asks the seeds when it knows nobody, one after the other', () => {
    const world = new TestWorld()
    const seed = pexNode(world, 3, { mode: 'seed' })
    const seeds = [world.addressOf(2), seed.address]
    pexNode(world, 4, { seeds: [seed.address] })
    const a = pexNode(world, 1, { seeds })
    world.time.advance(1000)
    assert.ok(a.book.has(infoOf(4).id))
  })

  it('as a seed tells once and hangs up', () => {
    const world = new TestWorld()
    const a = pexNode(world, 1, { mode: 'seed' })
    a.book.add(someAddress(9), someAddress(8))
    const peer = stranger(world, 2, a)
    peer.sayPiece(PEX_CHANNEL.id, PEX_REQUEST, true)
    world.time.settle()
    assert.equal(peer.isEnded, true)
    assert.ok(peer.received.length > 40)
    assert.deepEqual(a.network.peers(), [])
    assert.equal(RawPeer.dial(world, 2, a.address, { channels: CHANNELS }).isReady, true)
  })

  it('as a seed visits whom it knows, asks, and lets go after a time', () => {
    const world = new TestWorld()
    const b = pexNode(world, 2)
    b.book.add(someAddress(9), someAddress(8))
    const a = pexNode(world, 1, { mode: 'seed', seedDisconnectMs: 90_000 })
    a.book.add(b.address, b.address)
    world.time.advance(30_000)
    assert.equal(a.network.peers().length, 1)
    assert.ok(a.book.has(infoOf(9).id))
    world.time.advance(90_000)
    assert.deepEqual(a.network.peers(), [])
  })

  it('as a seed visits again whose ban is over', () => {
    const world = new TestWorld()
    const a = pexNode(world, 1, { mode: 'seed' })
    const [unreachable, b] = [someAddress(9), world.started(2)]
    a.book.add(b.address, unreachable)
    a.book.markBad(b.address.id, DAY_MS)
    world.time.advance(DAY_MS - 1)
    assert.equal(a.book.isBanned(b.address.id), true)
    assert.deepEqual(a.network.peers(), [])
    world.time.advance(30_001)
    assert.equal(a.book.isBanned(b.address.id), false)
    assert.equal(a.network.peers().length, 1)
  })

  it('as a seed dials anew who was banned because it never answered', () => {
    const world = new TestWorld()
    const a = pexNode(world, 1, { mode: 'seed' })
    const { id } = someAddress(9)
    a.book.add(someAddress(9), someAddress(8))
    const attempts = () => a.book.entries().find(({ address }) => address.id === id)?.attempts
    // The ban comes after about 36 hours.
    world.time.advance(DAY_MS)
    assert.equal(attempts(), 16)
    world.time.advance(DAY_MS)
    assert.equal(a.book.isBanned(id), true)
    world.time.advance(DAY_MS / 2 + 2 * 60 * 60_000)
    assert.equal(a.book.isBanned(id), false)
    assert.ok(attempts()! > 20, `${attempts()}`)
  })

  it('writes its book every two minutes and at the end', () => {
    const world = new TestWorld()
    let saved = 0
    const a = pexNode(world, 1, { save: () => void saved++ })
    world.time.advance(240_000)
    assert.equal(saved, 2)
    a.pex.stop()
    assert.equal(saved, 3)
    world.time.advance(240_000)
    assert.equal(saved, 3)
  })
})
