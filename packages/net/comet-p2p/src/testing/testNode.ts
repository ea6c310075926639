/** Nodes of a network in memory, and what reactors saw. For tests. */

import { createLogger, type LogSink, SILENT } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { SeededRandom } from '@wadi/base/random'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import type { Channel, Peer, Reactor } from '@wadi/contracts/peers'
import { chacha20Poly1305 } from '@wadi/crypto/aead/chacha20Poly1305'
import { publicKeyOfSeed, signMessage } from '@wadi/crypto/ed25519/sign'
import { x25519 } from '@wadi/crypto/x25519/x25519'
import { parseIp } from '@wadi/primitives/ip'
import { type SignatureDialect, stockDialect } from '@wadi/tendermint/dialect'
import type { NetAddress } from '../address/netAddress.ts'
import { peerIdOf } from '../handshake/peerId.ts'
import { Network } from '../network/network.ts'
import type { NetworkOptions, NodeDescription } from '../network/options.ts'
import type { NodeKey } from '../secret/identity.ts'
import { MemoryInternet } from './memorySockets.ts'

/** The ciphers of the rules. */
export const ALGORITHMS = { x25519, chacha20Poly1305 }

const SEED_BYTES = 32
const PORT = 26_656

/** A key that a small number decides. */
export function testKey(index: number, dialect: SignatureDialect = stockDialect): NodeKey {
  const seed = new SeededRandom(BigInt(index)).bytes(SEED_BYTES)
  const publicKey = publicKeyOfSeed(seed)
  return {
    publicKey,
    sign: (message) => signMessage({ seed, publicKey }, dialect.prehash(message)),
  }
}

/** What test nodes say of themselves. */
export const DESCRIPTION: NodeDescription = {
  protocolVersion: { p2p: 8n, block: 11n, app: 1n },
  network: 'test-chain',
  version: '0.37.18',
  moniker: 'test',
  txIndex: 'off',
  rpcAddress: '',
}

/** A channel with bounds that tests reach. */
export const ECHO: Channel = {
  id: 0x77,
  priority: 5,
  sendQueueMax: 4,
  messageBytesMax: 100_000,
}

/** Remembers everything; optionally does something with each message. */
export class RecordingReactor implements Reactor {
  readonly name = 'recording'
  readonly channels: readonly Channel[]
  readonly peers = new Map<string, Peer>()
  readonly messages: {
    readonly from: string
    readonly channel: number
    readonly bytes: Uint8Array
  }[] = []
  readonly events: string[] = []
  onMessage: (peer: Peer, message: Uint8Array) => void = () => undefined

  constructor(channels: readonly Channel[] = [ECHO]) {
    this.channels = channels
  }

  addPeer(peer: Peer): void {
    this.peers.set(peer.id, peer)
    this.events.push(`add ${peer.id}`)
  }

  removePeer(peer: Peer): void {
    this.peers.delete(peer.id)
    this.events.push(`remove ${peer.id}`)
  }

  receive(peer: Peer, channel: number, bytes: Uint8Array): void {
    this.messages.push({ from: peer.id, channel, bytes })
    this.onMessage(peer, bytes)
  }

  drained(peer: Peer, channel: number): void {
    this.events.push(`drained ${peer.id} ${channel}`)
  }
}

/** A node of {@link TestWorld}. */
export interface TestNode {
  readonly network: Network
  readonly reactor: RecordingReactor
  readonly address: NetAddress
  readonly metrics: MetricsRegistry
}

/** What a test may say about a node. */
export type TestOptions = Partial<Omit<NetworkOptions, 'world' | 'key'>> & {
  readonly channels?: readonly Channel[]
  readonly sink?: LogSink
  /** The last byte of its address, if not its number. */
  readonly host?: number
  readonly reactors?: (network: Network) => readonly Reactor[]
}

/** Nodes, their time and their wires. */
export class TestWorld {
  readonly time = new VirtualTime()
  readonly random: SeededRandom
  readonly internet: MemoryInternet

  constructor(seed = 1n) {
    this.random = new SeededRandom(seed)
    this.internet = new MemoryInternet(this.time, this.random)
  }

  addressOf(index: number, host = index): NetAddress {
    const ip = parseIp(`10.0.0.${host}`)
    return { id: peerIdOf(testKey(index).publicKey), ip, port: PORT + index }
  }

  /** A node that has not started. */
  node(index: number, { channels, sink, host, reactors, ...options }: TestOptions = {}): TestNode {
    const address = this.addressOf(index, host)
    const metrics = new MetricsRegistry()
    const network = new Network({
      dialect: stockDialect,
      algorithms: ALGORITHMS,
      description: DESCRIPTION,
      listen: { ip: address.ip, port: address.port },
      dialJitterMs: 0,
      ...options,
      key: testKey(index),
      world: {
        clock: this.time.clock,
        timers: this.time,
        random: this.random,
        sockets: this.internet.machine(address.ip),
        log: createLogger('p2p', sink ?? SILENT),
        metrics,
      },
    })
    const reactor = new RecordingReactor(channels)
    network.add(reactor)
    for (const one of reactors?.(network) ?? []) network.add(one)
    return { network, reactor, address, metrics }
  }

  /** A node that runs. */
  started(index: number, options: TestOptions = {}): TestNode {
    const node = this.node(index, options)
    node.network.start()
    this.time.settle()
    return node
  }

  /** The first dials the second, and everything happens that follows. */
  connect(a: TestNode, b: TestNode): void {
    a.network.dial(b.address)
    this.time.settle()
  }
}
