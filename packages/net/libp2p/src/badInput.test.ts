import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { describe, it } from 'node:test'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import type { Libp2p, PrivateKey, Stream } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { concatBytes, parseHex, toUtf8 } from '@wadi/base/bytes'
import { encode } from '@wadi/cbor/codec'
import { frameOf } from '@wadi/cbor/framing'
import { Namespace } from '@wadi/primitives/namespace'
import { createLibp2p } from 'libp2p'
import { gossipOptions } from './gossip/gossipOptions.ts'
import { privateKeyOf } from './host/oasisKeys.ts'
import { multiaddrOf, peerIdOf } from './host/peerNames.ts'
import {
  ARRIVALS_PER_IP_PER_SECOND_MAX,
  CONNECTIONS_PER_PEER_MAX,
  GOSSIP_BYTES_MAX,
  HANDSHAKES_PER_IP_MAX,
  METHOD_SIZE_MAX,
  REQUEST_BYTES_MAX,
  REQUESTS_PER_PROTOCOL_MAX,
} from './limits.ts'
import { LIGHT_SERVICE, protocolOf, topicOf } from './names.ts'
import type { Libp2pNetwork } from './network.ts'
import { RpcRequest } from './rpc/messages.ts'
import { signerOf } from './testing/keys.ts'
import { CHAIN } from './testing/startLoopback.ts'
import { addressOf, TestNetworks, until } from './testing/testNetworks.ts'

const PROTOCOL = protocolOf(CHAIN, LIGHT_SERVICE)
const TOPIC = topicOf(CHAIN, 'tx', Namespace.zero)
const GOOD = frameOf(encode(RpcRequest, { method: 'Echo', body: Uint8Array.of(7) }))
const ALL = { has: () => true }

/** A host that does what it is told, not what we would do. */
async function evilHost(privateKey: PrivateKey = privateKeyOf(signerOf('evil'))) {
  const host = await createLibp2p({
    privateKey,
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify(), gossip: gossipsub(gossipOptions(ALL)) },
  })
  return Object.assign(host, { [Symbol.asyncDispose]: async () => void (await host.stop()) })
}

function addressesOf(network: Libp2pNetwork) {
  const { id, address } = addressOf(network)
  return multiaddrOf(address)!.encapsulate(`/p2p/${peerIdOf(id)}`)
}

/** How a stream ends: with so many bytes of an answer. */
async function answerOf(stream: Stream): Promise<number | string> {
  let size = 0
  try {
    for await (const piece of stream) size += piece.byteLength
  } catch {
    return 'reset'
  }
  return size
}

async function scene() {
  const networks = new TestNetworks()
  const network = await networks.start('honest')
  const requests: number[] = []
  network.serve(PROTOCOL, ({ method, body }, reply) => {
    requests.push(body.length)
    if (method !== 'Never') reply({ kind: 'ok', body })
  })
  const heard: number[] = []
  network.join(TOPIC, (message, _author, decide) => {
    heard.push(message.length)
    decide({ verdict: 'accept' })
  })
  const send = async (host: Libp2p, ...pieces: readonly Uint8Array[]) => {
    const stream = await host.dialProtocol(addressesOf(network), PROTOCOL)
    const answer = answerOf(stream)
    try {
      for (const piece of pieces) if (!stream.send(piece)) await stream.onDrain()
    } catch {
      // The other side has hung up already.
    }
    return { stream, answer }
  }
  return { networks, network, requests, heard, send }
}

describe('Bad input from peers: requests', () => {
  it('of any shape that are none are dropped, and the next one is answered', async () => {
    const { networks, requests, send } = await scene()
    await using _ = networks
    await using evil = await evilHost()
    const odd = ['00000001ff', '00000001a0ff', '00000005a1616101', '00000003010203', '00000001f6']
    const bodies = ['8080', 'a1666d6574686f6401', 'a1666d6574686f6461', '5affffffff', '9f9f9f9f']
    for (const frame of odd) {
      const { stream, answer } = await send(evil, parseHex(frame.padEnd(16, '0')))
      void stream.close()
      await answer
    }
    for (const body of bodies) {
      const { answer } = await send(evil, frameOf(parseHex(body)))
      assert.equal(await answer, 'reset', body)
    }
    const before = requests.length
    const { answer } = await send(evil, GOOD)
    assert.ok(Number(await answer) > 4)
    assert.equal(requests.length, before + 1)
  })

  it('that are cut off, or end before they begin, are dropped', async () => {
    const { networks, requests, send } = await scene()
    await using _ = networks
    await using evil = await evilHost()
    for (const size of [0, 3, 4, GOOD.length - 1]) {
      const { stream, answer } = await send(evil, GOOD.subarray(0, size))
      await stream.close()
      assert.equal(await answer, 'reset', `${size} bytes`)
    }
    assert.deepEqual(requests, [])
  })

  it('up to their bound are answered; beyond they are dropped before they come', async () => {
    const { networks, requests, send } = await scene()
    await using _ = networks
    await using evil = await evilHost()
    const empty = encode(RpcRequest, { method: 'Echo', body: parseHex('5a00000000') }).length
    const size = REQUEST_BYTES_MAX - empty
    const head = new Uint8Array(5)
    head[0] = 0x5a
    new DataView(head.buffer).setUint32(1, size)
    const body = concatBytes(head, new Uint8Array(size))
    const request = encode(RpcRequest, { method: 'Echo', body })
    assert.equal(request.length, REQUEST_BYTES_MAX)
    const { answer } = await send(evil, frameOf(request))
    assert.ok(Number(await answer) > size)
    const announced = new Uint8Array(4)
    new DataView(announced.buffer).setUint32(0, REQUEST_BYTES_MAX + 1)
    const refused = await send(evil, announced)
    assert.equal(await refused.answer, 'reset')
    assert.deepEqual(requests, [body.length])
  })

  it('for methods with endless names are dropped', async () => {
    const { networks, requests, send } = await scene()
    await using _ = networks
    await using evil = await evilHost()
    const named = (size: number) =>
      frameOf(encode(RpcRequest, { method: 'x'.repeat(size), body: Uint8Array.of(7) }))
    const at = await send(evil, named(METHOD_SIZE_MAX))
    assert.ok(Number(await at.answer) > 4)
    const beyond = await send(evil, named(METHOD_SIZE_MAX + 1))
    assert.equal(await beyond.answer, 'reset')
    assert.equal(requests.length, 1)
  })

  it('in a flood are answered up to their bound, and others still get answers', async () => {
    const { networks, requests, send, network } = await scene()
    await using _ = networks
    await using evil = await evilHost()
    const never = frameOf(encode(RpcRequest, { method: 'Never', body: Uint8Array.of(7) }))
    const flood = await Promise.allSettled(
      Array.from({ length: REQUESTS_PER_PROTOCOL_MAX + 8 }, () => send(evil, never)),
    )
    await until(() => requests.length >= REQUESTS_PER_PROTOCOL_MAX)
    assert.equal(requests.length, REQUESTS_PER_PROTOCOL_MAX)
    await using other = await evilHost(privateKeyOf(signerOf('other')))
    const { answer } = await send(other, GOOD)
    assert.ok(Number(await answer) > 4)
    for (const one of flood)
      if (one.status === 'fulfilled') one.value.stream.abort(new Error('bye'))
    assert.equal(network.connected.length, 2)
  })

  it('in protocols that there are not, or of another chain, are refused', async () => {
    const { networks, network } = await scene()
    await using _ = networks
    await using evil = await evilHost()
    const elsewhere = protocolOf('d6'.repeat(32), LIGHT_SERVICE)
    for (const protocol of ['/oasis/nonsense/1.0.0', elsewhere, `${PROTOCOL}/more`]) {
      await assert.rejects(evil.dialProtocol(addressesOf(network), protocol))
    }
  })
})

describe('Bad input from peers: gossip', () => {
  const subscribed = (evil: Libp2p<{ gossip: ReturnType<ReturnType<typeof gossipsub>> }>) =>
    until(() => evil.services.gossip.getSubscribers(TOPIC).length > 0)

  it('in topics that nobody listens to is not looked at, in those that are, heard', async () => {
    const { networks, network, heard } = await scene()
    await using _ = networks
    await using evil = await evilHost()
    await evil.dial(addressesOf(network))
    await subscribed(evil)
    const { gossip } = evil.services
    const inside = gossip as unknown as { topics: Map<string, Set<string>> }
    inside.topics.set('elsewhere', new Set([peerIdOf(network.key).toString()]))
    await gossip.publish('elsewhere', toUtf8('psst'))
    await gossip.publish(TOPIC, toUtf8('hello'))
    await until(() => heard.length > 0)
    assert.deepEqual(heard, [5])
  })

  it('with a bad signature is dropped', async () => {
    const { networks, network, heard } = await scene()
    await using _ = networks
    const honest = privateKeyOf(signerOf('evil'))
    let isForging = true
    const forging: PrivateKey = {
      ...honest,
      sign: (message) => {
        const signature = honest.sign(message) as Uint8Array
        const isGossip = Buffer.from(message.subarray(0, 14)).toString() === 'libp2p-pubsub:'
        return isGossip && isForging ? signature.with(0, signature[0]! ^ 1) : signature
      },
    } as PrivateKey
    await using evil = await evilHost(forging)
    await evil.dial(addressesOf(network))
    await subscribed(evil)
    await evil.services.gossip.publish(TOPIC, toUtf8('forged'))
    isForging = false
    await evil.services.gossip.publish(TOPIC, toUtf8('signed!'))
    await until(() => heard.length > 0)
    assert.deepEqual(heard, [7])
  })

  it('in frames beyond their bound ends the stream, and takes nobody else along', async () => {
    const { networks, network, heard } = await scene()
    await using _ = networks
    await using evil = await evilHost()
    await using good = await evilHost(privateKeyOf(signerOf('good')))
    for (const host of [evil, good]) {
      await host.dial(addressesOf(network))
      await subscribed(host)
    }
    const stream = await evil.dialProtocol(addressesOf(network), '/meshsub/1.2.0')
    const isOver = answerOf(stream)
    // A length as gossipsub writes it, of one byte more than is read.
    const length = GOSSIP_BYTES_MAX + 1
    stream.send(Uint8Array.of((length & 0x7f) | 0x80, ((length >> 7) & 0x7f) | 0x80, length >> 14))
    for (let i = 0; i < 16 && stream.status === 'open'; i++) {
      if (!stream.send(new Uint8Array(65_536))) await stream.onDrain().catch(() => undefined)
    }
    await isOver
    await good.services.gossip.publish(TOPIC, toUtf8('still here'))
    await until(() => heard.includes(10))
  })
})

/** The last word of a handshake is the dialer's, who then has to see whether it was good. */
async function hungUp(evil: Libp2p, network: Libp2pNetwork): Promise<void> {
  await evil.dial(addressesOf(network)).catch(() => undefined)
  await until(() => evil.getConnections().length === 0)
  assert.deepEqual(network.connected, [])
}

describe('Bad input from peers: strangers', () => {
  it("that sign as plain libp2p does, without the network's context, are refused", async () => {
    const { networks, network } = await scene()
    await using _ = networks
    const plain = await generateKeyPair('Ed25519')
    await using evil = await evilHost(plain)
    await hungUp(evil, network)
  })

  it('with keys of another kind are refused', async () => {
    const { networks, network } = await scene()
    await using _ = networks
    await using evil = await evilHost(await generateKeyPair('secp256k1'))
    await hungUp(evil, network)
  })

  const knockAt = (network: Libp2pNetwork) => {
    const socket = connect(Number(addressOf(network).address.port), '127.0.0.1')
    socket.on('error', () => undefined)
    socket.resume()
    return socket
  }

  /** However many times it takes: some second it will be let in. */
  async function comeIn(network: Libp2pNetwork): Promise<void> {
    await using good = await evilHost(privateKeyOf(signerOf('good')))
    for (let isIn = false; !isIn; ) {
      isIn = await good.dial(addressesOf(network)).then(
        () => true,
        () => false,
      )
    }
    await until(() => network.connected.length === 1)
  }

  it('that say nothing hold so many places of an address, and give them back', async () => {
    const { networks, network } = await scene()
    await using _ = networks
    const sockets = Array.from({ length: HANDSHAKES_PER_IP_MAX + 3 }, () => knockAt(network))
    const closed = () => sockets.filter((socket) => socket.closed).length
    await until(() => closed() >= 3)
    assert.equal(closed(), 3)
    for (const socket of sockets) socket.destroy()
    await comeIn(network)
  })

  it('that connect again and again have a few connections, and others come in', async () => {
    const { networks, network } = await scene()
    await using _ = networks
    const twins = await Promise.all(
      Array.from({ length: CONNECTIONS_PER_PEER_MAX + 3 }, () => evilHost()),
    )
    const open = () => twins.filter((twin) => twin.getConnections().length > 0).length
    for (const twin of twins) await twin.dial(addressesOf(network))
    await until(() => open() <= CONNECTIONS_PER_PEER_MAX)
    assert.equal(open(), CONNECTIONS_PER_PEER_MAX)
    assert.equal(network.connected.length, 1)
    await Promise.all(twins.map((twin) => twin.stop()))
    await until(() => network.connected.length === 0)
    await comeIn(network)
  })

  it('that knock too often are hung up on, and others come in a second later', async () => {
    const { networks, network } = await scene()
    await using _ = networks
    const count = ARRIVALS_PER_IP_PER_SECOND_MAX + 20
    const sockets = Array.from({ length: count }, () => knockAt(network))
    await until(() => sockets.filter(({ closed }) => closed).length >= 20)
    for (const socket of sockets) socket.destroy()
    await comeIn(network)
  })

  it('that say nonsense instead of a handshake harm nobody', async () => {
    const { networks, network } = await scene()
    await using _ = networks
    const nonsense = [new Uint8Array(4096).fill(0xff), toUtf8('GET / HTTP/1.1\r\n\r\n')]
    const sockets = nonsense.map((bytes) => {
      const socket = knockAt(network)
      socket.write(bytes)
      return socket
    })
    await comeIn(network)
    for (const socket of sockets) socket.destroy()
  })
})
