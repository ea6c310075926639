/** The network of the runtimes on libp2p: see the contract for what it does. */

import type { Connection, PeerId } from '@libp2p/interface'
import { toHex } from '@wadi/base/bytes'
import type { Clock } from '@wadi/base/clock'
import type { Logger } from '@wadi/base/log'
import type { InstrumentsOf, MetricsRegistry } from '@wadi/base/metrics'
import type { RandomSource } from '@wadi/base/random'
import type { Timer, Timers } from '@wadi/base/timers'
import { countFrames, type FrameCounter } from '@wadi/cbor/framing-metrics'
import type {
  Answer,
  Asking,
  Listener,
  Outcome,
  PeersWanted,
  Question,
  Respondent,
  RuntimeNetwork,
  Topic,
} from '@wadi/contracts/runtime-network'
import type { Ed25519Provider } from '@wadi/crypto/ed25519/provider'
import type { ForbiddenKeys } from '@wadi/crypto/signature/forbiddenKeys'
import type { Signer } from '@wadi/crypto/signature/signer'
import type { Namespace } from '@wadi/primitives/namespace'
import type { Node } from '@wadi/primitives/node'
import type { ConsensusAddress, NodeAddress } from '@wadi/primitives/nodeAddress'
import { PublicKey } from '@wadi/primitives/publicKey'
import { parseMultiaddr, printKeyName } from './discovery/peerInfo.ts'
import { Seeds } from './discovery/seeds.ts'
import { errors } from './errors.ts'
import { insideOf } from './gossip/gossipInside.ts'
import { type Gossip, type JudgedMax, Topics } from './gossip/topics.ts'
import { createGossipHost, type Endpoint, type GossipHost, startHost } from './host/createHost.ts'
import { Gate } from './host/gate.ts'
import { keyOf, keyTextOf, multiaddrOf, peerIdOf } from './host/peerNames.ts'
import {
  BOOK_PEERS_MAX,
  BOOK_SAVE_MS,
  COUNT_MS,
  GRACE_MS,
  PEERS_DELTA,
  PEERS_MAX,
  REPUBLISH_MS_MIN,
  REQUESTS_PER_PROTOCOL_MAX,
} from './limits.ts'
import { libp2pMetrics } from './metrics.ts'
import { Connections } from './peers/connections.ts'
import { Connector } from './peers/connector.ts'
import { decodeBook, encodeBook, NO_NAMESPACE, type PeerBook } from './peers/peerBook.ts'
import { PeerKeeper } from './peers/peerKeeper.ts'
import { ProtocolPeers } from './peers/protocolPeers.ts'
import { type KnownPeer, RegistryPeers } from './peers/registryPeers.ts'
import { type Asker, ask, askMany } from './rpc/asking.ts'
import { callPeer } from './rpc/callPeer.ts'
import { RequestRoom, serveStream } from './rpc/server.ts'
import { stopOnBug } from './stopOnBug.ts'

/** The world as the network needs it. */
export interface Libp2pWorld {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: RandomSource
  readonly log: Logger
  readonly metrics: MetricsRegistry
}

/** What a network is given. */
export interface Libp2pOptions {
  readonly world: Libp2pWorld
  /** The node's P2P key. */
  readonly signer: Signer
  readonly provider: Ed25519Provider
  readonly forbidden: ForbiddenKeys
  readonly chainContext: string
  readonly userAgent: string
  /** Where to listen; undefined: nobody can dial this node. */
  readonly listen?: Endpoint | undefined
  readonly peersMax?: number
  /** How many more there may be before some have to go. */
  readonly peersDelta?: number
  /** So long after its coming nobody has to go. */
  readonly graceMs?: number
  readonly judgedMax?: JudgedMax
  readonly persistentPeers?: readonly ConsensusAddress[]
  /** Who is asked where others are. */
  readonly seeds?: readonly ConsensusAddress[]
  /** How long somebody whom a seed named is believed to be there. */
  readonly discoveredMs?: number | undefined
  readonly blockedIps?: readonly string[]
  /** Where peers are kept while the node does not run. */
  readonly book?: PeerBook | undefined
}

/** What a node tells about its network. */
export interface NetworkStatus {
  /** What libp2p calls this node. */
  readonly name: string
  readonly peerCount: number
  readonly connectionCount: number
  /** Connected peers of what this node wants, and of what it listens to. */
  readonly protocols: ReadonlyMap<string, number>
  readonly topics: ReadonlyMap<string, number>
}

/** COMPAT(oasis-core): what the sizes of questions and answers are counted as. */
const CODEC_MODULE = 'p2p/rpc'

/** What peers are worth when there are too many: the reference's numbers. */
const VALUES = { persistent: Infinity, important: 1000, answers: 20 } as const

/** See the top of this file. */
export class Libp2pNetwork implements RuntimeNetwork {
  readonly key: PublicKey
  readonly republishMsMin = REPUBLISH_MS_MIN
  readonly #options: Libp2pOptions
  readonly #host: GossipHost
  readonly #gate: Gate
  readonly #topics: Topics
  readonly #registry: RegistryPeers
  readonly #keeper: PeerKeeper
  readonly #asker: Asker
  readonly #room = new RequestRoom()
  readonly #protocols = new ProtocolPeers()
  readonly #seeds: Seeds
  readonly #connections: Connections
  readonly #important = new Map<string, readonly PublicKey[]>()
  #restored: readonly KnownPeer[] = []
  readonly #metrics: InstrumentsOf<typeof libp2pMetrics>
  readonly #counter: FrameCounter
  #saving: Timer | undefined
  #counting: Timer | undefined

  private constructor(options: Libp2pOptions, { gate, topics, host }: Parts) {
    this.#options = options
    this.#gate = gate
    this.#topics = topics
    this.#host = host
    this.key = PublicKey.check(options.signer.publicKey)
    this.#registry = new RegistryPeers(options.chainContext)
    this.#seeds = new Seeds({
      ...options.world,
      host,
      seeds: options.seeds ?? [],
      discoveredMs: options.discoveredMs,
    })
    const { world, peersMax = PEERS_MAX, peersDelta = PEERS_DELTA, graceMs = GRACE_MS } = options
    this.#connections = new Connections({
      host,
      clock: world.clock,
      counts: { few: peersMax, more: peersMax + peersDelta, graceMs },
      isKnown: (key) => this.#registry.has(key),
    })
    this.#metrics = world.metrics.register(libp2pMetrics)
    this.#counter = countFrames(world.metrics, CODEC_MODULE)
    this.#asker = this.#createAsker()
    this.#keeper = this.#createKeeper()
  }

  /** A network that does not run yet. */
  static async create(options: Libp2pOptions): Promise<Libp2pNetwork> {
    const blockedIps = new Set(options.blockedIps)
    const gate = new Gate({ blockedIps, forbidden: options.forbidden })
    const topics = new Topics(options.world, options.judgedMax)
    const { signer, provider, userAgent, listen, peersMax = PEERS_MAX } = options
    const hostOptions = { signer, provider, userAgent, listen, peersMax, gate }
    const host = await createGossipHost(hostOptions, topics)
    return new Libp2pNetwork(options, { gate, topics, host })
  }

  /** Listens, and begins to seek peers. Throws if the port is taken. */
  async start(): Promise<void> {
    this.#host.addEventListener('peer:identify', ({ detail }) => {
      this.#hearProtocols(detail.peerId, detail.protocols)
    })
    this.#host.addEventListener('peer:update', ({ detail: { peer } }) => {
      this.#hearProtocols(peer.id, peer.protocols)
    })
    this.#host.addEventListener('peer:disconnect', ({ detail }) => {
      const key = keyOf(detail)
      if (key !== undefined) this.#protocols.forget(key)
    })
    const { persistentPeers, seeds } = this.#options
    const { gossip } = this.#host.services
    this.#connections.watch()
    await startHost(this.#host, this.#options.listen)
    this.#seeds.start()
    const isRefused = (author: PublicKey) =>
      this.#gate.isBlocked(author) || keyTextOf(author) === keyTextOf(this.key)
    this.#topics.connect(gossipOf(gossip), isRefused)
    for (const { id } of [...(persistentPeers ?? []), ...(seeds ?? [])]) {
      this.#connections.values.set(id, 'persistent', VALUES.persistent)
    }
    await this.#restore()
    this.#keeper.start()
    this.#count()
  }

  async stop(): Promise<void> {
    this.#saving?.cancel()
    this.#counting?.cancel()
    await this.#save()
    this.#keeper.stop()
    this.#seeds.stop()
    this.#topics.stop()
    await this.#host.stop()
  }

  /** Where this node listens. */
  get addresses(): readonly NodeAddress[] {
    return this.#host.getMultiaddrs().flatMap((address) => parseMultiaddr(`${address}`) ?? [])
  }

  /** Who is connected. */
  get connected(): readonly PublicKey[] {
    return this.#connections.peers.map(({ key }) => key)
  }

  /** For people: how many peers there are, and how many of them for what. */
  get status(): NetworkStatus {
    const counted = (names: readonly string[]) =>
      new Map(names.map((name) => [name, this.#connectedCount(name)]))
    return {
      name: printKeyName(this.key),
      peerCount: this.#connections.peers.length,
      connectionCount: this.#host.getConnections().length,
      protocols: counted(this.#keeper.wanted),
      topics: counted(this.#topics.names),
    }
  }

  /** Dials somebody now. Rejects if that fails. */
  async dial({ id, address }: ConsensusAddress): Promise<void> {
    await this.#dial({ key: id, addresses: [address] })
  }

  join(topic: string, listener: Listener): Topic {
    const joined = this.#topics.join(topic, listener)
    this.#seeds.advertise(topic)
    return {
      publish: joined.publish,
      leave: () => {
        this.#seeds.withdraw(topic)
        joined.leave()
      },
    }
  }

  serve(protocol: string, respondent: Respondent): void {
    const { log } = this.#options.world
    const serving = { protocol, respondent, room: this.#room, log, counter: this.#counter }
    const answer = (stream: Parameters<typeof serveStream>[1], connection: Connection) =>
      serveStream(serving, stream, connection)
    const maxInboundStreams = REQUESTS_PER_PROTOCOL_MAX
    this.#host.handle(protocol, answer, { maxInboundStreams }).catch(stopOnBug)
    this.#seeds.advertise(protocol)
  }

  want(protocol: string, wanted: PeersWanted): void {
    this.#keeper.want(protocol, wanted)
  }

  peersOf(protocol: string): readonly PublicKey[] {
    return this.#protocols.of(protocol).best(this.#options.world.random)
  }

  ask<T>(question: Question<T>, done: (outcome: Outcome<T>) => void): Asking {
    return ask(this.#asker, question, done)
  }

  askMany<T>(
    question: Question<T>,
    take: (answer: Answer<T>) => 'more' | 'enough',
    done: (answered: number) => void,
  ): Asking {
    return askMany(this.#asker, question, take, done)
  }

  replaceNodes(nodes: readonly Node[]): void {
    this.#registry.replace(nodes)
  }

  updateNode(node: Node): void {
    this.#registry.update(node)
  }

  setImportant(
    kind: 'compute' | 'keymanager',
    runtimeId: Namespace,
    peers: readonly PublicKey[],
  ): void {
    const name = `important/${kind}/${toHex(runtimeId)}`
    const previous = this.#important.get(name) ?? []
    this.#important.set(name, peers)
    const kept = new Set(peers.map(keyTextOf))
    for (const key of previous) {
      if (!kept.has(keyTextOf(key))) this.#connections.values.unset(key, name)
    }
    for (const key of peers) this.#connections.values.set(key, name, VALUES.important)
  }

  block(peer: PublicKey): void {
    this.#gate.block(peer)
    this.#protocols.forget(peer)
    this.#host.hangUp(peerIdOf(peer)).catch(() => undefined)
  }

  #count(): void {
    const { peerCount, connectionCount, topics, protocols } = this.status
    this.#metrics.peers.set(peerCount)
    this.#metrics.connections.set(connectionCount)
    this.#metrics.topics.set(topics.size)
    this.#metrics.protocols.set(protocols.size)
    this.#metrics.blockedPeers.set(this.#gate.blockedCount)
    this.#counting = this.#options.world.timers.after(COUNT_MS, () => this.#count())
  }

  /** What is missing is then sought also among those who were here the last time. */
  async #restore(): Promise<void> {
    const content = await this.#options.book?.load()
    if (content !== undefined) {
      const peers = decodeBook(content).map(({ peer }) => peer)
      this.#restored = peers.slice(0, BOOK_PEERS_MAX)
    }
    const saveLater = () => {
      this.#saving = this.#options.world.timers.after(BOOK_SAVE_MS, () => {
        this.#save().then(saveLater, stopOnBug)
      })
    }
    if (this.#options.book !== undefined) saveLater()
  }

  async #save(): Promise<void> {
    const { book, world } = this.#options
    if (book === undefined) return
    const known = await this.#connections.known()
    // Who was not here this time may be the next time.
    const peers = (known.length > 0 ? known : this.#restored).slice(0, BOOK_PEERS_MAX)
    const content = encodeBook(peers.map((peer) => ({ namespace: NO_NAMESPACE, peer })))
    await book.save(content).catch((why: unknown) => {
      world.log.warn('peers not written down', { why: String(why) })
    })
  }

  #createAsker(): Asker {
    const { clock, timers, random } = this.#options.world
    return {
      clock,
      timers,
      peers: ({ protocol, peers }) => this.#protocols.of(protocol).best(random, peers),
      call: (peer, call) =>
        callPeer(this.#host, peerIdOf(peer), { ...call, counter: this.#counter }),
      succeeded: (protocol, peer, latencyMs) => {
        this.#protocols.of(protocol).succeeded(peer, latencyMs)
        this.#connections.values.set(peer, protocol, VALUES.answers)
      },
      failed: (protocol, peer, latencyMs) => this.#protocols.of(protocol).failed(peer, latencyMs),
      misbehaved: (peer) => this.block(peer),
    }
  }

  #createKeeper(): PeerKeeper {
    const { clock, timers, random } = this.#options.world
    const connector = new Connector({
      clock,
      random,
      dial: (peer) => this.#dial(peer),
      isConnected: ({ key }) => this.#host.getConnections(peerIdOf(key)).length > 0,
      isBlocked: ({ key }) => this.#gate.isBlocked(key) || keyTextOf(key) === keyTextOf(this.key),
    })
    const persistent = (this.#options.persistentPeers ?? []).map(({ id, address }) => ({
      key: id,
      addresses: [address],
    }))
    return new PeerKeeper({
      timers,
      random,
      registry: this.#registry,
      connector,
      finder: { find: (name) => [...this.#seeds.find(name), ...this.#restored] },
      persistent,
      connectedCount: (name) => this.#connectedCount(name),
      topics: () => this.#topics.names,
    })
  }

  #connectedCount(name: string): number {
    return this.#topics.has(name) ? this.#topics.peerCount(name) : this.#protocols.of(name).size
  }

  async #dial({ key, addresses }: KnownPeer): Promise<void> {
    const id = peerIdOf(key)
    const targets = addresses.flatMap((address) => multiaddrOf(address) ?? [])
    if (targets.length === 0) throw errors.noAddress()
    await this.#host.dial(targets.map((target) => target.encapsulate(`/p2p/${id}`)))
  }

  #hearProtocols(peerId: PeerId, spoken: readonly string[]): void {
    const key = keyOf(peerId)
    const isHere = key !== undefined && this.#host.getConnections(peerId).length > 0
    if (isHere && !this.#gate.isBlocked(key)) this.#protocols.hear(key, spoken)
  }
}

function gossipOf(gossip: GossipHost['services']['gossip']): Gossip {
  const { streamsOutbound } = insideOf(gossip)
  return {
    topicValidators: gossip.topicValidators,
    subscribe: (topic) => gossip.subscribe(topic),
    unsubscribe: (topic) => gossip.unsubscribe(topic),
    publish: (topic, data) => gossip.publish(topic, data),
    getSubscribers: (topic) => gossip.getSubscribers(topic),
    isOpen: (peer) => streamsOutbound.has(peer.toString()),
  }
}

interface Parts {
  readonly gate: Gate
  readonly topics: Topics
  readonly host: GossipHost
}
