import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SeededRandom } from '@wadi/base/random'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { make } from '@wadi/cbor/codec'
import { Namespace } from '@wadi/primitives/namespace'
import { Node, NodeRuntime } from '@wadi/primitives/node'
import { parseNodeAddress } from '@wadi/primitives/nodeAddress'
import { parseRoles } from '@wadi/primitives/nodeRoles'
import { keyTextOf } from '../host/peerNames.ts'
import {
  ADDRESSES_PER_PEER_MAX,
  DIAL_AGAIN_MS_FIRST,
  DIALS_MAX,
  MONITOR_MS,
  NODES_MAX,
  PROTOCOLS_PER_PEER_MAX,
} from '../limits.ts'
import { RUNTIME_SERVICES, runtimeProtocolOf, topicOf } from '../names.ts'
import { key } from '../testing/keys.ts'
import { Connector } from './connector.ts'
import { PeerKeeper } from './peerKeeper.ts'
import { ProtocolPeers } from './protocolPeers.ts'
import { type KnownPeer, RegistryPeers } from './registryPeers.ts'

const CHAIN = 'c5'.repeat(32)
const RUNTIME = Namespace.zero
const SYNC = runtimeProtocolOf(CHAIN, RUNTIME_SERVICES.txsync, RUNTIME)
const ADDRESS = parseNodeAddress('1.2.3.4:9200')

const peer = (i: number): KnownPeer => ({ key: key(i), addresses: [ADDRESS] })
const numberOf = ({ key: id }: KnownPeer) => id[30]! * 256 + id[31]!

function node(i: number, roles = 'compute', addresses = [ADDRESS]): Node {
  const p2p = { id: key(i), addresses }
  return make(Node, {
    p2p,
    roles: parseRoles(roles),
    runtimes: [make(NodeRuntime, { id: RUNTIME })],
  })
}

describe('the registry of peers', () => {
  it('knows who has a protocol or topic, by the last descriptor', () => {
    const registry = new RegistryPeers(CHAIN)
    registry.replace([node(1), node(2, 'observer'), node(3, 'validator')])
    assert.deepEqual(registry.offering(SYNC).map(numberOf), [1])
    assert.deepEqual(registry.offering(topicOf(CHAIN, 'tx', RUNTIME)).map(numberOf), [1])
    registry.update(node(2, 'compute,observer'))
    registry.update(node(1, 'validator'))
    assert.deepEqual(registry.offering(SYNC).map(numberOf), [2])
    registry.replace([node(3)])
    assert.deepEqual(registry.offering(SYNC).map(numberOf), [3])
    assert.equal(registry.has(key(2)), false)
  })

  it('knows so many addresses of each, and so many nodes', () => {
    const registry = new RegistryPeers(CHAIN)
    const addresses = Array.from({ length: ADDRESSES_PER_PEER_MAX + 1 }, () => ADDRESS)
    registry.update(node(1, 'compute', addresses))
    assert.equal(registry.offering(SYNC)[0]!.addresses.length, ADDRESSES_PER_PEER_MAX)
    for (let i = 2; i <= NODES_MAX + 1; i++)
      registry.update(make(Node, { p2p: { id: key(i), addresses: [] } }))
    assert.equal(registry.size, NODES_MAX)
    registry.update(node(1, 'validator'))
    assert.deepEqual(registry.offering(SYNC), [])
  })
})

describe('who speaks what', () => {
  it('follows what connected peers say', () => {
    const peers = new ProtocolPeers()
    peers.hear(key(1), ['a', 'b'])
    assert.equal(peers.of('a').size, 1)
    peers.hear(key(2), ['a'])
    peers.hear(key(1), ['b'])
    assert.deepEqual([peers.of('a').has(key(1)), peers.of('a').has(key(2))], [false, true])
    assert.equal(peers.of('b').size, 1)
    peers.forget(key(2))
    assert.equal(peers.of('a').size, 0)
    assert.equal(peers.of('c').size, 0)
  })

  it('is not heard beyond its bound', () => {
    const peers = new ProtocolPeers()
    const protocols = Array.from({ length: PROTOCOLS_PER_PEER_MAX + 1 }, (_, i) => `p${i}`)
    peers.hear(key(1), protocols)
    assert.equal(peers.of(protocols.at(-2)!).size, 1)
    assert.equal(peers.of(protocols.at(-1)!).size, 0)
  })
})

function dialing(isReached: (i: number) => boolean = () => true) {
  const time = new VirtualTime()
  const dialed: number[] = []
  const connected = new Set<string>()
  const ends: (() => void)[] = []
  const connector = new Connector({
    clock: time.clock,
    random: new SeededRandom(1n),
    dial: (target) => {
      dialed.push(numberOf(target))
      return new Promise((resolve, reject) => {
        ends.push(() => {
          if (!isReached(numberOf(target))) return reject(new Error('not there'))
          connected.add(keyTextOf(target.key))
          resolve()
        })
      })
    },
    isConnected: ({ key: id }) => connected.has(keyTextOf(id)),
    isBlocked: (target) => numberOf(target) === 666,
  })
  const finish = async () => {
    for (const end of ends.splice(0)) end()
    for (let i = 0; i < 5; i++) await undefined
  }
  return { time, connector, dialed, finish }
}

describe('dialing', () => {
  it('dials as many as are missing, each once, nobody who is connected or blocked', async () => {
    const { connector, dialed, finish } = dialing()
    const candidates = [peer(666), peer(1), peer(2), peer(3), { key: key(4), addresses: [] }]
    assert.equal(connector.connect(candidates, 2), 2)
    assert.equal(connector.connect(candidates, 2), 2)
    await finish()
    connector.connect(candidates, 5)
    assert.deepEqual(dialed, [1, 2, 3])
  })

  it('dials no more at once than its bound', () => {
    const { connector, dialed } = dialing()
    const candidates = Array.from({ length: DIALS_MAX + 5 }, (_, i) => peer(i))
    connector.connect(candidates, candidates.length)
    assert.equal(dialed.length, DIALS_MAX)
  })

  it('leaves whoever is not reached alone for a while, longer each time', async () => {
    const { connector, dialed, finish, time } = dialing(() => false)
    const waits: number[] = []
    for (let round = 0; round < 4; round++) {
      connector.connect([peer(1)], 1)
      await finish()
      const before = time.clock.monotonicMs()
      while (connector.connect([peer(1)], 1) === 0) time.advance(1000)
      waits.push(time.clock.monotonicMs() - before)
      await finish()
    }
    assert.ok(waits[0]! >= DIAL_AGAIN_MS_FIRST / 2 && waits[0]! <= 1.5 * DIAL_AGAIN_MS_FIRST + 1000)
    assert.ok(waits[3]! > waits[0]!)
    assert.equal(dialed.length, 5)
  })
})

describe('keeping peers', () => {
  it('fills protocols and topics from the registry, then from seeds, and persistent peers', () => {
    const { connector, dialed, time } = dialing()
    const registry = new RegistryPeers(CHAIN)
    registry.replace([node(1), node(2), node(3), node(4)])
    const keeper = new PeerKeeper({
      timers: time,
      random: new SeededRandom(1n),
      registry,
      connector,
      finder: { find: (name) => (name === SYNC ? [peer(11), peer(12), peer(13)] : []) },
      persistent: [peer(21)],
      connectedCount: () => 1,
      topics: () => [],
    })
    keeper.want(SYNC, { registered: 3, total: 5 })
    keeper.start()
    const [persistent, ...others] = dialed
    assert.equal(persistent, 21)
    assert.deepEqual(others.filter((i) => i < 10).length, 2)
    assert.deepEqual(others.filter((i) => i > 10).length, 2)
    time.advance(MONITOR_MS)
    assert.equal(dialed.length, 5)
    keeper.stop()
    assert.equal(time.pending, 0)
  })
})
