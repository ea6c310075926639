/** Finds peers: asks those there are, tells those who ask, dials while there are too few. */

import type { Clock } from '@wadi/base/clock'
import { CodedError } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import { type RandomSource, randomBelow } from '@wadi/base/random'
import type { Timer, Timers } from '@wadi/base/timers'
import type { Channel, Peer, Reactor } from '@wadi/contracts/peers'
import { equalAddresses, type NetAddress } from '../address/netAddress.ts'
import { PEX_BYTES_MAX } from '../limits.ts'
import type { DialOutcome } from '../network/network.ts'
import type { AddressBook } from './addressBook.ts'
import { Crawler } from './crawler.ts'
import { DialRecords } from './dialRecords.ts'
import { decodePexMessage, encodeAddresses, PEX_REQUEST } from './messages.ts'
import type { PexNetwork } from './pexNetwork.ts'

/** The channel of messages about addresses. */
export const PEX_CHANNEL: Channel = {
  id: 0x00,
  priority: 1,
  sendQueueMax: 10,
  messageBytesMax: PEX_BYTES_MAX,
  messageTypes: { 1: 'p2p_PexRequest', 2: 'p2p_PexAddrs' },
}

const ENSURE_PEERS_MS = 30_000
/** Less than the period in which honest peers ask. */
const REQUEST_INTERVAL_MS = ENSURE_PEERS_MS / 3
const SAVE_MS = 120_000
const BAN_MS = 24 * 60 * 60_000
/** Whoever asks a seed has no trusted peers yet: seven in ten are good ones. */
const SEED_BIAS = 30
const DIALS_PER_MISSING_PEER = 3
/** A seed lets go of a peer after this time: the reference node's setting. */
const SEED_DISCONNECT_MS = 28 * 60 * 60_000

/** What the reactor is made of. */
export interface PexOptions {
  readonly world: {
    readonly clock: Clock
    readonly timers: Timers
    readonly random: RandomSource
    readonly log: Logger
  }
  readonly network: PexNetwork
  readonly book: AddressBook
  /** Nodes that are asked when nobody else is known. */
  readonly seeds?: readonly NetAddress[]
  /** A seed goes from node to node, tells addresses, and keeps nobody long. */
  readonly mode?: 'peer' | 'seed'
  readonly seedDisconnectMs?: number
  /** The longest time between two dials of a persistent peer. */
  readonly persistentDialMsMax?: number | undefined
  /** Writes the book; called now and then and at the end. */
  readonly save?: () => void
}

/** See the top of this file. */
export class PexReactor implements Reactor {
  readonly name = 'pex'
  readonly channels: readonly Channel[] = [PEX_CHANNEL]
  readonly #options: PexOptions
  readonly #dials: DialRecords
  /** Who was asked and has not answered. */
  readonly #asked = new Set<string>()
  /** When peers asked last; undefined if only once so far. */
  readonly #lastRequestMs = new Map<string, number | undefined>()
  readonly #timers = new Set<Timer>()
  readonly #crawler: Crawler

  constructor(options: PexOptions) {
    this.#options = options
    this.#dials = new DialRecords(options.world)
    this.#crawler = new Crawler({
      ...options,
      clock: options.world.clock,
      keepMs: options.seedDisconnectMs ?? SEED_DISCONNECT_MS,
      dial: (address, answer) => this.#dial(address, answer),
      ask: (peer) => this.#ask(peer),
    })
  }

  /** Begins to look for peers. The network must run. */
  start(): void {
    const { mode = 'peer', network, seeds = [], world } = this.#options
    if (this.#options.save !== undefined) this.#every(SAVE_MS, this.#options.save)
    if (mode === 'seed') {
      if (seeds.length > 0) this.#dialSeeds()
      else this.#crawler.crawl()
      this.#every(this.#crawler.periodMs, () => this.#crawler.step())
      return
    }
    const { inbound, outbound, dialing } = network.counts()
    const isLonely = inbound + outbound + dialing === 0
    // Nodes that have peers do not all begin at once.
    this.#after(isLonely ? 0 : randomBelow(world.random, ENSURE_PEERS_MS), () => {
      this.#ensurePeers()
      this.#every(ENSURE_PEERS_MS, () => this.#ensurePeers())
    })
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
    this.#options.save?.()
  }

  addPeer(peer: Peer): void {
    const { book, network } = this.#options
    if (peer.isOutbound) {
      if (book.needsMore()) this.#ask(peer)
      return
    }
    const address = network.peer(peer.id)?.listenAddress
    // Who dialed us is asked later: it chose us.
    if (address !== undefined) book.add(address, address)
  }

  removePeer(peer: Peer): void {
    this.#asked.delete(peer.id)
    this.#lastRequestMs.delete(peer.id)
  }

  receive(peer: Peer, _channel: number, message: Uint8Array): void {
    try {
      const content = decodePexMessage(message)
      if (content.kind === 'request') this.#receiveRequest(peer)
      else this.#receiveAddresses(peer, content.addresses)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      this.#ban(peer, error.reason)
    }
  }

  #ban(peer: Peer, why: string): void {
    this.#options.book.markBad(peer.id, BAN_MS)
    peer.punish({ severity: 'ban', why })
  }

  #receiveRequest(peer: Peer): void {
    const { book, mode, network } = this.#options
    if (mode === 'seed' && !peer.isOutbound) {
      peer.send(PEX_CHANNEL.id, encodeAddresses(book.selectionWithBias(SEED_BIAS)))
      network.disconnect(peer.id, 'was told addresses')
    } else if (this.#isTooSoon(peer.id)) {
      this.#ban(peer, 'asks for addresses too often')
    } else {
      peer.send(PEX_CHANNEL.id, encodeAddresses(book.selection()))
    }
  }

  /** A peer may ask twice at once, and then now and then. */
  #isTooSoon(id: string): boolean {
    const nowMs = this.#options.world.clock.monotonicMs()
    const isFirst = !this.#lastRequestMs.has(id)
    const lastMs = this.#lastRequestMs.get(id)
    this.#lastRequestMs.set(id, isFirst ? undefined : nowMs)
    return lastMs !== undefined && nowMs - lastMs < REQUEST_INTERVAL_MS
  }

  #receiveAddresses(peer: Peer, addresses: readonly NetAddress[]): void {
    if (!this.#asked.delete(peer.id)) {
      this.#ban(peer, 'tells addresses unasked')
      return
    }
    const { book, mode = 'peer', network, seeds = [] } = this.#options
    const known = network.peer(peer.id)
    const source = known?.listenAddress ?? known?.address
    if (source === undefined) return
    for (const address of addresses) book.add(address, source)
    const isSeed = seeds.some((seed) => equalAddresses(seed, source))
    // Whoever comes from a seed has nobody else: it does not wait.
    if (isSeed && mode === 'peer') this.#dialSome()
  }

  #ask(peer: Peer): void {
    if (this.#asked.has(peer.id)) return
    if (peer.send(PEX_CHANNEL.id, PEX_REQUEST)) this.#asked.add(peer.id)
  }

  #ensurePeers(): void {
    const { book } = this.#options
    const dialed = this.#dialSome()
    if (dialed === undefined) return
    if (book.needsMore()) book.reinstate()
    if (!book.needsMore()) return
    this.#askSomebody()
    if (dialed === 0) this.#dialSeeds()
  }

  /** Dials as many as are missing; how many, or undefined if nobody is. */
  #dialSome(): number | undefined {
    const { network } = this.#options
    const { outbound, dialing } = network.counts()
    const missing = network.admission.outboundPeersMax - outbound - dialing
    if (missing <= 0) return undefined
    const chosen = this.#choose(missing, outbound)
    for (const address of chosen) this.#dial(address, () => undefined)
    return chosen.length
  }

  /** Addresses to dial; the more peers there are already, the more of them new ones. */
  #choose(count: number, outbound: number): readonly NetAddress[] {
    const { book, network } = this.#options
    const bias = Math.min(outbound, 8) * 10 + 10
    const chosen = new Map<string, NetAddress>()
    for (let i = 0; i < count * DIALS_PER_MISSING_PEER && chosen.size < count; i++) {
      const address = book.pick(bias)
      if (address === undefined || network.isDialingOrConnected(address)) continue
      chosen.set(address.id, address)
    }
    return [...chosen.values()]
  }

  #askSomebody(): void {
    const peers = this.#options.network.peers()
    if (peers.length > 0) this.#ask(peers[randomBelow(this.#options.world.random, peers.length)]!)
  }

  #dial(address: NetAddress, answer: (outcome: DialOutcome) => void): void {
    const { book, network, persistentDialMsMax } = this.#options
    const isPersistent = network.isPersistent(address)
    const patience = { isPersistent, persistentMsMax: persistentDialMsMax }
    const advice = this.#dials.advise(address, patience)
    if (advice === 'give-up') {
      book.markBad(address.id, BAN_MS)
      // COMPAT(cometbft): the reference goes on counting, and bans again without a dial.
      this.#dials.forget(address)
    }
    if (advice !== 'dial') return
    network.dial(address, (outcome) => {
      if (outcome.kind === 'connected') this.#dials.forget(address)
      if (outcome.kind === 'failed') {
        this.#dials.failed(address)
        book.markAttempt(address.id)
      }
      answer(outcome)
    })
  }

  /** One after the other, in any order, until one answers. */
  #dialSeeds(): void {
    const { seeds = [], world, network } = this.#options
    const left = [...seeds]
    const next = () => {
      if (left.length === 0) {
        if (seeds.length > 0) world.log.warn('no seed answers', { seeds: seeds.length })
        return
      }
      const [seed] = left.splice(randomBelow(world.random, left.length), 1)
      network.dial(seed!, ({ kind }) => {
        if (kind === 'failed') next()
      })
    }
    next()
  }

  #after(ms: number, run: () => void): void {
    const timer = this.#options.world.timers.after(ms, () => {
      this.#timers.delete(timer)
      run()
    })
    this.#timers.add(timer)
  }

  #every(ms: number, run: () => void): void {
    this.#after(ms, () => {
      this.#every(ms, run)
      run()
    })
  }
}
