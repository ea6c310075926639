import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { errors as bytesErrors } from '@wadi/base/bytes'
import { BugError } from '@wadi/base/errors'
import { MemoryLog } from '@wadi/base/log'
import { formatMetrics } from '@wadi/base/prometheusText'
import { printEndpoint } from '../address/netAddress.ts'
import {
  DIAL_MS_MAX,
  HANDSHAKE_MS_MAX,
  HANDSHAKES_PER_IP_MAX,
  PING_INTERVAL_MS,
  USEFUL_DEEDS,
} from '../limits.ts'
import { infoOf, RawPeer } from '../testing/rawPeer.ts'
import { ECHO, RecordingReactor, type TestNode, TestWorld } from '../testing/testNode.ts'
import type { DialOutcome } from './network.ts'

function pair(
  options: Parameters<TestWorld['started']>[1] = {},
): readonly [TestWorld, TestNode, TestNode] {
  const world = new TestWorld()
  const nodes = [world.started(1, options), world.started(2, options)] as const
  world.connect(...nodes)
  return [world, ...nodes]
}

const idsOf = (node: TestNode) => [...node.reactor.peers.keys()]

/** How a dial ends. */
function dial(world: TestWorld, from: TestNode, to: TestNode): DialOutcome | undefined {
  let outcome: DialOutcome | undefined
  from.network.dial(to.address, (result) => {
    outcome = result
  })
  world.time.settle()
  return outcome
}

describe('Network', () => {
  it('makes peers of two nodes and carries messages both ways', () => {
    const [world, a, b] = pair()
    assert.deepEqual(idsOf(a), [b.network.id])
    assert.deepEqual(idsOf(b), [a.network.id])
    const long = world.random.bytes(90_000)
    assert.ok(a.reactor.peers.get(b.network.id)!.send(ECHO.id, long))
    assert.ok(b.reactor.peers.get(a.network.id)!.send(ECHO.id, Uint8Array.of(1, 2)))
    world.time.settle()
    assert.deepEqual(b.reactor.messages, [{ from: a.network.id, channel: ECHO.id, bytes: long }])
    assert.deepEqual(a.reactor.messages[0]!.bytes, Uint8Array.of(1, 2))
  })

  it('knows who dialed whom, where they are, and how many there are', () => {
    const [, a, b] = pair()
    const [ofA, ofB] = [a.network.peer(b.network.id)!, b.network.peer(a.network.id)!]
    assert.deepEqual([ofA.isOutbound, ofB.isOutbound], [true, false])
    assert.deepEqual(ofA.address, b.address)
    assert.deepEqual(ofB.listenAddress, a.address)
    assert.deepEqual(a.network.counts(), { inbound: 0, outbound: 1, dialing: 0 })
    assert.deepEqual(b.network.counts(), { inbound: 1, outbound: 0, dialing: 0 })
  })

  it('tells reactors when a peer leaves, and takes no more for it', () => {
    const [world, a, b] = pair()
    const peer = a.reactor.peers.get(b.network.id)!
    b.network.stop()
    world.time.settle()
    assert.deepEqual(a.reactor.events.at(-1), `remove ${b.network.id}`)
    assert.deepEqual(b.reactor.events.at(-1), `remove ${a.network.id}`)
    assert.equal(peer.send(ECHO.id, Uint8Array.of(1)), false)
    assert.equal(peer.canSend(ECHO.id), false)
  })

  it('does not dial who is a peer already, or is being dialed', () => {
    const [world, a, b] = pair()
    assert.deepEqual(dial(world, a, b), { kind: 'already' })
    const c = world.started(3)
    a.network.dial(c.address)
    assert.deepEqual(dial(world, a, c), { kind: 'already' })
  })

  it('says why a dial failed', () => {
    const world = new TestWorld()
    const [a, b] = [world.started(1), world.node(2)]
    assert.deepEqual(dial(world, a, b), { kind: 'failed', why: 'connection refused' })
    assert.equal(a.network.counts().dialing, 0)
  })

  it('gives up a dial that nobody answers after three seconds', () => {
    const world = new TestWorld()
    const [a, b] = [world.started(1), world.started(2)]
    world.internet.silence(b.address)
    let why = ''
    a.network.dial(b.address, (outcome) => {
      why = outcome.kind === 'failed' ? outcome.why : outcome.kind
    })
    world.time.advance(DIAL_MS_MAX - 1)
    assert.deepEqual([why, a.network.counts().dialing], ['', 1])
    world.time.advance(1)
    assert.deepEqual([why, a.network.counts().dialing], ['dial takes too long', 0])
  })

  it('refuses to be a peer of itself and remembers the address', () => {
    const world = new TestWorld()
    const told: string[] = []
    const addresses = {
      addOwn: ({ port }: { readonly port: number }) => void told.push(`own ${port}`),
      remove: ({ port }: { readonly port: number }) => void told.push(`remove ${port}`),
      markGood: () => assert.fail('it has done nothing'),
    }
    const a = world.started(1, { addresses, duplicateIps: 'allowed' })
    assert.deepEqual(dial(world, a, a), { kind: 'failed', why: 'p2p.self' })
    assert.deepEqual(told, ['own 26657', 'remove 26657', 'own 26657'])
    assert.deepEqual(a.network.peers(), [])
  })

  it('refuses somebody else than was dialed', () => {
    const world = new TestWorld()
    const [a, b] = [world.started(1), world.started(2)]
    const wrong = { ...b, address: { ...b.address, id: infoOf(3).id } }
    assert.deepEqual(dial(world, a, wrong), { kind: 'failed', why: 'p2p.wrongPeer' })
  })

  it('keeps one connection when two nodes dial each other at once', () => {
    for (let seed = 1n; seed <= 10n; seed++) {
      const world = new TestWorld(seed)
      const nodes = [1, 2].map((index) => world.started(index, { duplicateIps: 'allowed' }))
      const [a, b] = nodes as [TestNode, TestNode]
      a.network.dial(b.address)
      b.network.dial(a.address)
      world.time.advance(100)
      assert.deepEqual(idsOf(a), [b.network.id])
      assert.deepEqual(idsOf(b), [a.network.id])
      const isLower = a.network.id < b.network.id
      assert.equal(a.network.peers()[0]!.isOutbound, isLower)
      a.network.peers()[0]!.send(ECHO.id, Uint8Array.of(7))
      world.time.settle()
      assert.equal(b.reactor.messages.length, 1)
    }
  })

  it('refuses a second connection of a peer', () => {
    const world = new TestWorld()
    const a = world.started(1, { duplicateIps: 'allowed' })
    const first = RawPeer.dial(world, 2, a.address)
    const second = RawPeer.dial(world, 2, a.address)
    assert.deepEqual([first.isEnded, second.isEnded], [false, true])
    assert.deepEqual(idsOf(a), [first.id])
  })

  it('refuses a second peer with one IP address unless that is allowed', () => {
    for (const duplicateIps of ['refused', 'allowed'] as const) {
      const world = new TestWorld()
      const a = world.started(1, { duplicateIps })
      for (const index of [2, 3]) world.connect(world.started(index, { host: 9 }), a)
      assert.equal(a.network.peers().length, duplicateIps === 'allowed' ? 2 : 1)
    }
  })

  it('takes so many inbound peers, and unconditional ones beyond', () => {
    const world = new TestWorld()
    const options = { inboundPeersMax: 2, unconditionalPeers: [world.addressOf(5).id] }
    const a = world.started(1, options)
    for (const index of [2, 3, 4, 5]) world.connect(world.started(index), a)
    const ids = [2, 3, 5].map((index) => world.addressOf(index).id)
    assert.deepEqual(idsOf(a), ids)
    assert.deepEqual(a.network.counts(), { inbound: 2, outbound: 0, dialing: 0 })
  })

  it('asks filters about everybody who could be a peer', () => {
    const world = new TestWorld()
    const unwanted = world.addressOf(2).id
    const a = world.started(1, { filters: [({ id }) => (id === unwanted ? 'not you' : undefined)] })
    for (const index of [2, 3]) world.connect(world.started(index), a)
    assert.deepEqual(idsOf(a), [world.addressOf(3).id])
  })

  it('gives up a handshake that takes too long, at each of its steps', () => {
    const world = new TestWorld()
    const a = world.started(1)
    let isEnded = false
    world.internet.machine(world.addressOf(2).ip).dial(a.address, (result) => {
      assert.equal(result.kind, 'connected')
      if (result.kind !== 'connected') return
      const ended = () => {
        isEnded = true
      }
      result.wire.open({ received: () => undefined, drained: () => undefined, ended })
    })
    world.time.advance(HANDSHAKE_MS_MAX - 1)
    assert.equal(isEnded, false)
    world.time.advance(1)
    assert.equal(isEnded, true)
  })

  it('lets only so many of one address shake hands at a time', () => {
    const world = new TestWorld()
    const a = world.started(1, { duplicateIps: 'allowed' })
    let endedCount = 0
    const machine = world.internet.machine(world.addressOf(2).ip)
    for (let i = 0; i <= HANDSHAKES_PER_IP_MAX; i++)
      machine.dial(a.address, (result) => {
        if (result.kind !== 'connected') return
        const ended = () => void endedCount++
        result.wire.open({ received: () => undefined, drained: () => undefined, ended })
      })
    world.time.settle()
    assert.equal(endedCount, 1)
  })

  it('notices a peer that is gone without a word', () => {
    const world = new TestWorld()
    const a = world.started(1)
    const peer = RawPeer.dial(world, 2, a.address)
    world.time.advance(2 * PING_INTERVAL_MS)
    assert.equal(peer.isEnded, true)
    assert.deepEqual(idsOf(a), [])
  })

  it('dials persistent peers again and again, until they are there', () => {
    const world = new TestWorld()
    const persistentPeers = [world.addressOf(2)]
    const a = world.started(1, { persistentPeers })
    world.time.advance(60_000)
    const b = world.started(2)
    world.time.advance(5000)
    assert.deepEqual(idsOf(a), [b.network.id])
    assert.ok(a.network.peers()[0]!.isPersistent)
    b.network.stop()
    world.time.advance(60_000)
    assert.deepEqual(idsOf(a), [])
    const again = world.started(2)
    world.time.advance(5000)
    assert.deepEqual(idsOf(a), [again.network.id])
  })

  it('knows a persistent peer that dialed us by where it says that it listens', () => {
    const world = new TestWorld()
    const a = world.started(1, { persistentPeers: [world.addressOf(2)], dialJitterMs: 3000 })
    const b = world.started(2)
    world.connect(b, a)
    assert.ok(a.network.peers()[0]!.isPersistent)
  })

  it('goes on dialing a persistent peer while somebody else is at its address', () => {
    const world = new TestWorld()
    const wanted = world.addressOf(3, 9)
    const a = world.started(1, { persistentPeers: [wanted] })
    const b = world.started(2, { host: 9 })
    world.connect(a, b)
    world.time.advance(20_000)
    world.started(3, { host: 9 })
    world.time.advance(20_000)
    assert.deepEqual(idsOf(a), [b.network.id])
    b.network.stop()
    world.time.advance(20_000)
    assert.deepEqual(idsOf(a), [wanted.id])
  })

  it('comes to rest when it is stopped, whatever was under way', () => {
    for (const stopMs of [0, 1, 4000, 70_000]) {
      const world = new TestWorld()
      const persistentPeers = [2, 3, 4].map((index) => world.addressOf(index))
      world.internet.silence(world.addressOf(4))
      const a = world.node(1, { persistentPeers })
      const b = world.started(2)
      a.network.start()
      if (stopMs > 0) world.time.advance(stopMs)
      a.network.stop()
      b.network.stop()
      world.time.settle()
      assert.equal(world.time.pending, 0, `${stopMs} ms`)
      assert.deepEqual(a.network.peers(), [])
    }
  })

  it('does not dial a peer again that it let go', () => {
    const world = new TestWorld()
    const a = world.started(1, { persistentPeers: [world.addressOf(2)] })
    world.started(2)
    world.time.advance(5000)
    a.network.disconnect(world.addressOf(2).id, 'test')
    world.time.advance(60_000)
    assert.deepEqual(a.network.peers(), [])
  })

  it('sends what is queued before it lets a peer go', () => {
    const [world, a, b] = pair()
    a.network.peers()[0]!.send(ECHO.id, Uint8Array.of(1, 2, 3))
    a.network.disconnect(b.network.id, 'test')
    world.time.settle()
    assert.deepEqual(b.reactor.messages[0]?.bytes, Uint8Array.of(1, 2, 3))
    assert.deepEqual(idsOf(b), [])
  })

  it('sends only on channels that the peer knows', () => {
    const other = { ...ECHO, id: 0x11 }
    const world = new TestWorld()
    const a = world.started(1, { channels: [ECHO, other] })
    const b = world.started(2)
    world.connect(a, b)
    const [peer] = a.network.peers()
    assert.equal(peer!.send(other.id, Uint8Array.of(1)), false)
    assert.equal(peer!.canSend(other.id), false)
    assert.ok(peer!.canSend(ECHO.id))
  })

  it('drops a peer whose message a reactor cannot take, and goes on', () => {
    const [world, a, b] = pair()
    b.reactor.onMessage = () => {
      throw bytesErrors.badHex('test')
    }
    a.network.peers()[0]!.send(ECHO.id, Uint8Array.of(1))
    world.time.settle()
    assert.deepEqual(idsOf(a), [])
    assert.deepEqual(b.reactor.events.at(-1), `remove ${a.network.id}`)
    world.connect(world.started(3), b)
    assert.equal(b.network.peers().length, 1)
  })

  it('does not go on over a bug in a reactor', () => {
    const [world, a, b] = pair()
    b.reactor.onMessage = () => {
      throw new BugError('test')
    }
    a.network.peers()[0]!.send(ECHO.id, Uint8Array.of(1))
    assert.throws(() => world.time.settle(), BugError)
  })

  it('tells a peer to no further reactor when one has dropped it', () => {
    const world = new TestWorld()
    const second = new RecordingReactor([{ ...ECHO, id: 1 }])
    const a = world.node(1, { reactors: () => [second] })
    const addPeer = a.reactor.addPeer.bind(a.reactor)
    a.reactor.addPeer = (peer) => {
      addPeer(peer)
      peer.punish({ severity: 'drop', why: 'test' })
    }
    a.network.start()
    world.connect(world.started(2), a)
    const { id } = world.addressOf(2)
    assert.deepEqual(a.reactor.events, [`add ${id}`, `remove ${id}`])
    assert.deepEqual(second.events, [])
  })

  it('tells reactors of room in a queue that was full', () => {
    const [world, a] = pair()
    const [peer] = a.network.peers()
    for (let i = 0; i < ECHO.sendQueueMax; i++) assert.ok(peer!.send(ECHO.id, new Uint8Array(9)))
    assert.equal(peer!.send(ECHO.id, new Uint8Array(9)), false)
    world.time.settle()
    assert.ok(a.reactor.events.includes(`drained ${peer!.id} ${ECHO.id}`))
  })

  it('takes peers to be good that were useful for long', () => {
    const world = new TestWorld()
    const good: string[] = []
    const ignore = () => undefined
    const addresses = { addOwn: ignore, remove: ignore, markGood: (id: string) => good.push(id) }
    const [a, b] = [world.started(1, { addresses }), world.started(2)]
    world.connect(a, b)
    const peer = a.network.peers()[0]!
    for (let i = 1; i < USEFUL_DEEDS; i++) peer.praise()
    assert.deepEqual(good, [])
    for (let i = 0; i < USEFUL_DEEDS; i++) peer.praise()
    assert.deepEqual(good, [b.network.id])
    peer.praise()
    assert.deepEqual(good, [b.network.id, b.network.id])
  })

  it('tells others an external address if it has one', () => {
    const world = new TestWorld()
    const a = world.started(1, { externalAddress: 'tcp://1.2.3.4:5' })
    const b = world.started(2)
    world.connect(a, b)
    assert.equal(b.network.peers()[0]!.info.listenAddr, 'tcp://1.2.3.4:5')
    assert.equal(a.network.peers()[0]!.info.listenAddr, printEndpoint(b.address))
  })

  it('says when its port is taken', () => {
    const world = new TestWorld()
    world.started(1)
    const { network } = world.node(1)
    let why: string | undefined
    network.start((failure) => {
      why = failure?.reason
    })
    world.time.settle()
    assert.equal(why, 'p2p.listen')
  })

  it('dials although nobody can dial it', () => {
    const world = new TestWorld()
    const [a, b] = [world.started(1, { listen: undefined }), world.started(2)]
    world.connect(a, b)
    assert.deepEqual(idsOf(b), [a.network.id])
  })

  it('counts peers and bytes under the names of the reference', () => {
    const [world, a, b] = pair()
    a.network.peers()[0]!.send(ECHO.id, new Uint8Array(1000))
    world.time.advance(10_000)
    const text = formatMetrics(a.metrics.collect())
    assert.match(text, /^cometbft_p2p_peers\{chain_id="test-chain"\} 1$/m)
    const labels = `{chain_id="test-chain",peer_id="${b.network.id}",chID="0x77"}`
    assert.ok(text.includes(`cometbft_p2p_peer_send_bytes_total${labels} 1000`), text)
    assert.ok(formatMetrics(b.metrics.collect()).includes('peer_receive_bytes_total'))
  })

  it('counts bytes by the types of messages, if reactors tell how they are called', () => {
    const channels = [{ ...ECHO, messageTypes: { 1: 'test_First', 2: 'test_Second' } }]
    const world = new TestWorld()
    const [a, b] = [world.started(1, { channels }), world.started(2, { channels })]
    world.connect(a, b)
    const [peer] = a.network.peers()
    for (const tag of [0x0a, 0x12, 0x1a, 0x0a])
      peer!.send(ECHO.id, Uint8Array.of(tag, ...new Uint8Array(tag)))
    peer!.send(ECHO.id, new Uint8Array(0))
    world.time.advance(10_000)
    const countOf = (node: TestNode, way: string) =>
      [
        ...formatMetrics(node.metrics.collect()).matchAll(
          /p2p_message_(\w+)_bytes_total\{.*message_type="(.*)"\} (\d+)/g,
        ),
      ]
        .filter(([, found]) => found === way)
        .map(([, , type, count]) => [type, count])
    const expected = [
      ['test_First', '22'],
      ['test_Second', '19'],
    ]
    assert.deepEqual(countOf(a, 'send'), expected)
    assert.deepEqual(countOf(b, 'receive'), expected)
  })

  it('logs who came, who went and why', () => {
    const world = new TestWorld()
    const log = new MemoryLog()
    const a = world.started(1, { sink: log.sink })
    const b = world.started(2)
    world.connect(b, a)
    b.network.stop()
    world.time.settle()
    const sentences = log.records.map(({ sentence }) => sentence)
    assert.deepEqual(sentences, ['listening for peers', 'added peer', 'connection ended'])
  })
})
