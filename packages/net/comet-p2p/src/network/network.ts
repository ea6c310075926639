/**
 * A node among others: listens, dials, admits peers and hands their messages to reactors. Nothing
 * in it waits; sockets, clock, timers and randomness are given.
 */

import { equalBytes } from '@wadi/base/bytes'
import { assert, CodedError, type UnavailableError } from '@wadi/base/errors'
import type { InstrumentsOf } from '@wadi/base/metrics'
import type { Timer } from '@wadi/base/timers'
import type { Offence, Reactor } from '@wadi/contracts/peers'
import type { NodeInfo } from '@wadi/tendermint/messages/connection'
import { equalAddresses, type NetAddress, printNetAddress } from '../address/netAddress.ts'
import { errors } from '../errors.ts'
import { listenAddressOf } from '../handshake/nodeInfo.ts'
import { peerIdOf } from '../handshake/peerId.ts'
import { HANDSHAKE_GRACE_MS, RATE_BYTES_PER_SECOND, REASSEMBLY_BYTES_MAX } from '../limits.ts'
import type { Closable, Endpoint, Wire } from '../sockets/contract.ts'
import { Admission, type Connection, type Entry } from './admission.ts'
import { Arrivals } from './arrivals.ts'
import { ConnectedPeer } from './connectedPeer.ts'
import { Dialer } from './dialer.ts'
import { Discipline } from './discipline.ts'
import { type EndReason, Link } from './link.ts'
import { networkMetrics } from './metrics.ts'
import type { NetworkOptions, Rates } from './options.ts'
import { describeSelf, ownAddresses } from './ownInfo.ts'
import { Reconnects } from './reconnects.ts'
import { planSockets, type SocketsPlan, warnOfFewSockets } from './socketsPlan.ts'

const RATES: Rates = {
  sendBytesPerSecond: RATE_BYTES_PER_SECOND,
  receiveBytesPerSecond: RATE_BYTES_PER_SECOND,
}
const DIAL_JITTER_MS = 3000
const METRICS_INTERVAL_MS = 10_000
const EPHEMERAL_BYTES = 32
/** Two nodes that dial each other at once settle it within this time. */
const RACE_MS = 5000
/** How the end of a dial to this node itself is named. */
const SELF = 'p2p.self'

/** How a dial ended. */
export type DialOutcome =
  | { readonly kind: 'connected' }
  /** It is a peer already, or being dialed. */
  | { readonly kind: 'already' }
  | { readonly kind: 'failed'; readonly why: string }

/** Peers by direction, unconditional ones not counted, and those that are being dialed. */
export interface PeerCounts {
  readonly inbound: number
  readonly outbound: number
  readonly dialing: number
}

/** A connection, whose it is meant to be, and what it became. */
interface Session {
  readonly link: Link
  readonly dialed: NetAddress | undefined
  readonly settle: (outcome: DialOutcome) => void
  peer: ConnectedPeer | undefined
  /** The reactors that were told of the peer. */
  readonly told: Reactor[]
}

/** See the top of this file. */
export class Network {
  readonly id: string
  readonly admission: Admission
  readonly #options: NetworkOptions
  readonly #plan: SocketsPlan
  readonly #reactors: Reactor[] = []
  readonly #reactorByChannel = new Map<number, Reactor>()
  readonly #sessions = new Set<Session>()
  readonly #peers = new Map<string, Session>()
  readonly #arrivals: Arrivals
  readonly #discipline: Discipline
  readonly #dialer: Dialer
  readonly #reconnects: Reconnects
  readonly #metrics: InstrumentsOf<typeof networkMetrics>
  #own: NodeInfo | undefined
  #endpoint: Endpoint | undefined
  #listener: Closable | undefined
  #metricsTimer: Timer | undefined
  #heldBytes = 0
  #phase: 'new' | 'running' | 'stopped' = 'new'

  constructor(options: NetworkOptions) {
    const { world, key, description, dialJitterMs = DIAL_JITTER_MS } = options
    this.#options = options
    this.id = peerIdOf(key.publicKey)
    this.#plan = planSockets(options)
    this.admission = new Admission({ ...options, inboundPeersMax: this.#plan.inboundPeersMax })
    // COMPAT(cometbft): all carry the id of the chain.
    this.#metrics = world.metrics.register(networkMetrics, { chain_id: description.network })
    this.#discipline = new Discipline(world.clock, this.admission, this.#metrics)
    this.#arrivals = new Arrivals(world.clock)
    this.#dialer = new Dialer(world)
    this.#reconnects = new Reconnects({
      ...world,
      jitterMs: dialJitterMs,
      // Somebody else at its address, where only one is let in, does not settle it.
      dial: (address, answer) => this.dial(address, () => answer(this.#isComing(address.id))),
    })
  }

  /** Where this node listens, once it does. */
  get endpoint(): Endpoint | undefined {
    return this.#endpoint
  }

  /** Adds a reactor, before the start. Others are told the channels in this order. */
  add(reactor: Reactor): void {
    assert(this.#phase === 'new', 'p2p: reactors are added before the start')
    this.#reactors.push(reactor)
    for (const { id } of reactor.channels) {
      assert(!this.#reactorByChannel.has(id), `p2p: channel ${id} has two reactors`)
      this.#reactorByChannel.set(id, reactor)
    }
  }

  /** Listens, then dials the persistent peers. The answer says whether others can connect. */
  start(answer: (failure: UnavailableError | undefined) => void = () => undefined): void {
    assert(this.#phase === 'new', 'p2p: a network starts once')
    this.#phase = 'running'
    const { world, listen } = this.#options
    if (listen === undefined) {
      this.#begin(undefined)
      answer(undefined)
      return
    }
    const events = {
      ready: (endpoint: Endpoint) => {
        if (this.#phase !== 'running') return
        this.#begin(endpoint)
        answer(undefined)
      },
      failed: answer,
      accepted: (wire: Wire) => this.#accept(wire),
      overrun: () => this.#metrics.refusedConnections.add(1, { why: 'too many sockets' }),
    }
    const socketsMax = this.#plan.acceptedMax
    this.#listener = world.sockets.listen(listen, events, { socketsMax })
  }

  /** Ends all connections. Reactors are told of each. */
  stop(): void {
    this.#phase = 'stopped'
    this.#listener?.close()
    this.#dialer.stop()
    this.#reconnects.stop()
    this.#metricsTimer?.cancel()
    for (const session of [...this.#sessions]) this.#end(session, 'this node stops')
  }

  peers(): readonly ConnectedPeer[] {
    return [...this.#peers.values()].map(({ peer }) => peer!)
  }

  peer(id: string): ConnectedPeer | undefined {
    return this.#peers.get(id)?.peer
  }

  counts(): PeerCounts {
    const counted = this.peers().filter(({ id }) => !this.admission.isUnconditional(id))
    const outbound = counted.filter(({ isOutbound }) => isOutbound).length
    return { inbound: counted.length - outbound, outbound, dialing: this.#dialer.count }
  }

  /** Is this one of the addresses that are kept connected? */
  isPersistent(address: NetAddress): boolean {
    return this.#options.persistentPeers?.some((one) => equalAddresses(one, address)) ?? false
  }

  isDialingOrConnected({ id, ip }: NetAddress): boolean {
    if (this.#isComing(id)) return true
    if (this.admission.allowsDuplicateIps()) return false
    return this.peers().some(({ address }) => equalBytes(address.ip, ip))
  }

  /** Dials somebody, if that makes sense. */
  dial(address: NetAddress, answer: (outcome: DialOutcome) => void = () => undefined): void {
    const why = this.#whyNotDial(address)
    if (why !== undefined) {
      answer(why)
      return
    }
    const settle = this.#settleOnce(address, answer)
    this.#dialer.start(address, (result) => {
      if (result.kind === 'failed') settle(result)
      else this.#connect(result.wire, address, settle)
    })
  }

  /** Is it a peer, or being dialed? */
  #isComing(id: string): boolean {
    return this.#dialer.isDialing(id) || this.#peers.has(id)
  }

  #whyNotDial(address: NetAddress): DialOutcome | undefined {
    if (this.#phase !== 'running' || this.#own === undefined)
      return { kind: 'failed', why: 'this node does not run' }
    if (this.isDialingOrConnected(address)) return { kind: 'already' }
    const isBanned = this.#discipline.isBanned(address.id, address.ip)
    if (isBanned && !this.#isChosen(address.id, address)) return { kind: 'failed', why: 'banned' }
    return undefined
  }

  /** Ends a connection after what is queued was sent, as far as the peer takes it. */
  disconnect(id: string, why: string): void {
    const session = this.#peers.get(id)
    if (session === undefined) return
    session.link.mux?.flush()
    this.#end(session, why)
  }

  #begin(endpoint: Endpoint | undefined): void {
    const { externalAddress, addresses, persistentPeers = [], world } = this.#options
    this.#endpoint = endpoint
    this.#own = describeSelf(this.id, this.#options, this.#reactors, endpoint)
    for (const own of ownAddresses(this.id, externalAddress, endpoint)) addresses?.addOwn(own)
    for (const address of persistentPeers)
      if (address.id !== this.id) this.#reconnects.start(address)
    this.#countEvery(METRICS_INTERVAL_MS)
    warnOfFewSockets(world.log, this.#plan, this.#options.socketsMax)
    world.log.info('listening for peers', { id: this.id, port: endpoint?.port })
  }

  /** The answer to a dial, given once. */
  #settleOnce(address: NetAddress, answer: (outcome: DialOutcome) => void): Session['settle'] {
    let isSettled = false
    return (outcome) => {
      if (isSettled) return
      isSettled = true
      this.#dialer.finish(address.id)
      const isLost = outcome.kind === 'failed' && outcome.why !== SELF
      const isWanted = this.#phase === 'running' && this.isPersistent(address)
      if (isLost && isWanted) this.#reconnects.start(address)
      answer(outcome)
    }
  }

  #accept(wire: Wire): void {
    if (this.#phase !== 'running' || this.#own === undefined) {
      wire.close()
      return
    }
    const entry = this.#judgeAccepted(wire.remote)
    if (entry.kind === 'refused') {
      this.#metrics.refusedConnections.add(1, { why: entry.why })
      wire.close()
      return
    }
    if (entry.insteadOf !== undefined) this.#giveWay(entry.insteadOf.session)
    this.#connect(wire, undefined, () => undefined)
  }

  #judgeAccepted(remote: Endpoint): Entry<Connection & { readonly session: Session }> {
    if (this.#discipline.isBanned(undefined, remote.ip)) return { kind: 'refused', why: 'banned' }
    if (this.#arrivals.isTooOften(remote.ip)) return { kind: 'refused', why: 'too often' }
    const connections = [...this.#sessions].map((session) => {
      const { link, dialed, peer } = session
      const { wire, hasSpoken, ageMs } = link
      const isOutbound = dialed !== undefined
      return { session, remote: wire.remote, isOutbound, peerId: peer?.id, hasSpoken, ageMs }
    })
    return this.admission.judgeAccepted(remote, connections)
  }

  /** Somebody who has not shown who it is makes room for somebody else. */
  #giveWay(session: Session): void {
    const { hasSpoken, ageMs } = session.link
    if (!hasSpoken && ageMs >= HANDSHAKE_GRACE_MS) {
      this.#ended(session, errors.silentHandshake())
      return
    }
    this.#metrics.refusedConnections.add(1, { why: 'gave way' })
    this.#end(session, 'gave way')
  }

  #connect(wire: Wire, dialed: NetAddress | undefined, settle: Session['settle']): void {
    const { world, key, dialect, algorithms, rates = RATES } = this.#options
    assert(this.#own !== undefined, 'p2p: nobody connects before the start')
    const ephemeralSecret = world.random.bytes(EPHEMERAL_BYTES)
    const session: Session = {
      link: new Link({
        world,
        wire,
        rates,
        handshake: {
          secret: { algorithms, key, dialect, ephemeralSecret },
          own: this.#own,
          dialedId: dialed?.id,
          checkId: (id) => this.#checkId(id, wire, dialed),
        },
        events: {
          ready: (info) => this.#admit(session, info),
          ended: (reason) => this.#ended(session, reason),
        },
      }),
      dialed,
      settle,
      peer: undefined,
      told: [],
    }
    this.#sessions.add(session)
    session.link.open()
  }

  #checkId(id: string, wire: Wire, dialed: NetAddress | undefined): void {
    const isChosen = this.#isChosen(id, dialed)
    if (!isChosen && this.#discipline.isBanned(id, wire.remote.ip)) throw errors.refused('banned')
  }

  /** Did the operator name it? */
  #isChosen(id: string, dialed: NetAddress | undefined): boolean {
    if (this.admission.isUnconditional(id)) return true
    return dialed !== undefined && this.isPersistent(dialed)
  }

  /** Somebody has shown who it is and could be a peer: it becomes one, or a coded error says no. */
  #admit(session: Session, info: NodeInfo): void {
    const { link, dialed } = session
    const { remote } = link.wire
    const isOutbound = dialed !== undefined
    this.#settleRace(info.id, isOutbound)
    const candidate = { id: info.id, ip: remote.ip, isOutbound }
    const refusal = this.admission.refuseCandidate(candidate, this.counts())
    if (refusal !== undefined) throw errors.refused(`${refusal.refusal}: ${refusal.detail}`)
    const reachable = dialed ?? listenAddressOf(info)
    const peer = new ConnectedPeer({
      link,
      info,
      address: dialed ?? { ...remote, id: info.id },
      isOutbound,
      isPersistent: reachable !== undefined && this.isPersistent(reachable),
      sinceMs: this.#options.world.clock.monotonicMs(),
      punish: (_peer, offence) => this.#punish(session, offence),
      commend: ({ id }) => this.#options.addresses?.markGood(id),
    })
    session.peer = peer
    this.admission.remember(peer.id, remote.ip)
    this.#peers.set(peer.id, session)
    this.#metrics.peers.set(this.#peers.size)
    this.#setPace(session)
    this.#openChannels(session, peer)
    this.#options.world.log.info('added peer', { peer: printNetAddress(peer.address), isOutbound })
    for (const reactor of this.#reactors) {
      if (link.isClosed) return
      session.told.push(reactor)
      reactor.addPeer(peer)
    }
    session.settle({ kind: 'connected' })
  }

  /**
   * Two nodes that dial each other at once have two connections. Both keep the one that the node
   * with the lower id dialed; the reference keeps the first, and may so lose both.
   */
  #settleRace(id: string, isOutbound: boolean): void {
    const known = this.#peers.get(id)
    if (known?.peer === undefined) return
    const ageMs = this.#options.world.clock.monotonicMs() - known.peer.sinceMs
    const isRace = known.peer.isOutbound !== isOutbound && ageMs < RACE_MS
    const isDialedByLower = isOutbound === this.id < id
    if (!isRace || !isDialedByLower) throw errors.refused('duplicate id')
    this.#end(known, 'dialed each other at once')
  }

  #openChannels(session: Session, peer: ConnectedPeer): void {
    const channels = this.#reactors.flatMap((reactor) => reactor.channels)
    session.link.run(channels, {
      received: (channel, message) => {
        peer.trafficOf(channel, message).received += message.length
        this.#reactorByChannel.get(channel)!.receive(peer, channel, message)
      },
      drained: (channel) => this.#reactorByChannel.get(channel)!.drained?.(peer, channel),
      held: (bytes) => this.#hold(bytes),
    })
  }

  /** Parts of messages are kept; beyond the bound, whoever makes us keep the most goes. */
  #hold(bytes: number): void {
    const { reassemblyBytesMax = REASSEMBLY_BYTES_MAX } = this.#options
    this.#heldBytes += bytes
    if (bytes <= 0 || this.#heldBytes <= reassemblyBytesMax) return
    const heldBy = ({ link }: Session) => link.mux?.heldBytes ?? 0
    const [heaviest] = [...this.#peers.values()].sort((a, b) => heldBy(b) - heldBy(a))
    if (heaviest !== undefined) this.#lose(heaviest, 'too many parts of messages')
  }

  #punish(session: Session, offence: Offence): void {
    const { link, peer, dialed } = session
    if (peer === undefined || link.isClosed) return
    const { ip } = link.wire.remote
    const isChosen = peer.isPersistent || this.#isChosen(peer.id, dialed)
    const verdict = this.#discipline.judge({ id: peer.id, ip, isChosen }, offence)
    this.#options.world.log.warn('peer did wrong', { id: peer.id, why: offence.why, verdict })
    if (verdict === 'slowed') this.#setPace(session)
    if (verdict === 'dropped' || verdict === 'banned') this.#lose(session, offence.why)
  }

  #setPace({ link, peer }: Session): void {
    if (peer === undefined) return
    link.setPace(this.#discipline.isSlowed(peer.id, link.wire.remote.ip) ? 'slowed' : 'full')
  }

  /** A connection ended by itself, or the other side broke a rule of it. */
  #ended(session: Session, reason: EndReason): void {
    const { link, dialed, peer } = session
    if (reason instanceof CodedError) {
      const id = link.id
      const isChosen = peer?.isPersistent ?? (id !== undefined && this.#isChosen(id, dialed))
      this.#discipline.judgeError({ id, ip: link.wire.remote.ip, isChosen }, reason)
      if (reason.reason === 'p2p.self' && dialed !== undefined) this.#forgetOwn(dialed)
    }
    const why = reason instanceof CodedError ? reason.reason : reason
    if (peer === undefined) this.#metrics.refusedConnections.add(1, { why })
    this.#options.world.log.info('connection ended', { id: link.id, why: String(reason) })
    this.#lose(session, why)
  }

  /** An address led to this node itself. */
  #forgetOwn(address: NetAddress): void {
    const { addresses } = this.#options
    addresses?.remove(address)
    addresses?.addOwn(address)
  }

  /** Ends a session, and begins to dial again if the operator wants this peer. */
  #lose(session: Session, why: string): void {
    const { peer, dialed } = session
    this.#end(session, why)
    const address = dialed ?? peer?.listenAddress
    if (peer?.isPersistent === true && address !== undefined && this.#phase === 'running')
      this.#reconnects.start(address)
  }

  #end(session: Session, why: string): void {
    session.link.close()
    if (!this.#sessions.delete(session)) return
    const { peer, told, settle } = session
    if (peer !== undefined) {
      this.#peers.delete(peer.id)
      this.#metrics.peers.set(this.#peers.size)
      this.#count(peer)
      this.#forget(peer)
      for (const reactor of told) reactor.removePeer(peer)
    }
    settle({ kind: 'failed', why })
  }

  #countEvery(ms: number): void {
    this.#metricsTimer = this.#options.world.timers.after(ms, () => {
      for (const session of this.#peers.values()) {
        this.#count(session.peer!)
        this.#setPace(session)
      }
      this.#countEvery(ms)
    })
  }

  #count(peer: ConnectedPeer): void {
    const { peerSendBytesTotal, peerReceiveBytesTotal, peerPendingSendBytes } = this.#metrics
    for (const { channel, field, sent, received } of peer.traffic.values()) {
      const labels = { peer_id: peer.id, chID: `0x${channel.toString(16)}` }
      if (sent > 0) peerSendBytesTotal.add(sent, labels)
      if (received > 0) peerReceiveBytesTotal.add(received, labels)
      this.#countType(this.#messageType(channel, field), { sent, received })
    }
    peer.traffic.clear()
    peerPendingSendBytes.set(peer.link.mux?.waitingBytes ?? 0, { peer_id: peer.id })
  }

  /**
   * COMPAT(cometbft): it keeps the series of everybody who was ever there. There is room for so
   * many: strangers who come and go would leave none to the peers.
   */
  #forget({ id }: ConnectedPeer): void {
    const { peerSendBytesTotal, peerReceiveBytesTotal, peerPendingSendBytes } = this.#metrics
    for (const metric of [peerSendBytesTotal, peerReceiveBytesTotal, peerPendingSendBytes])
      metric.forget({ peer_id: id })
  }

  #messageType(channel: number, field: number): string | undefined {
    const channels = this.#reactorByChannel.get(channel)?.channels
    return channels?.find(({ id }) => id === channel)?.messageTypes?.[field]
  }

  #countType(
    type: string | undefined,
    { sent, received }: { readonly sent: number; readonly received: number },
  ): void {
    if (type === undefined) return
    const { messageSendBytesTotal, messageReceiveBytesTotal } = this.#metrics
    const labels = { message_type: type }
    if (sent > 0) messageSendBytesTotal.add(sent, labels)
    if (received > 0) messageReceiveBytesTotal.add(received, labels)
  }
}
