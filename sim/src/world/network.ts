/**
 * The simulated network: connections between nodes that carry whole messages, late, and, when the
 * adversary wants it, not at all, twice, or in another order.
 */

import { assert } from '@wadi/base/errors'
import { type RandomSource, randomBelow } from '@wadi/base/random'
import type { Channel, Offence, Peer, Reactor } from '@wadi/contracts/peers'
import type { VirtualTime } from './virtualTime.ts'

/** How the way from one node to another is at present. */
export interface Weather {
  /** Each message takes from the first to the second number of milliseconds. */
  readonly delayMs: readonly [number, number]
  /** Of a million messages, so many are lost, … */
  readonly lostPerMillion: number
  /** … come twice, … */
  readonly doubledPerMillion: number
  /** … may be overtaken. */
  readonly reorderedPerMillion: number
  /** Nothing gets through. */
  readonly isCut: boolean
}

/** What happens to fair messages. */
export const FAIR_WEATHER: Weather = {
  delayMs: [1, 20],
  lostPerMillion: 0,
  doubledPerMillion: 0,
  reorderedPerMillion: 0,
  isCut: false,
}

/** How the network treats those who misbehave and those who left. */
export const RECONNECT_MS = 1000
const BAN_MS = 15_000

/** A node as the network sees it: one life of it. */
export interface NetworkNode {
  readonly id: string
  readonly reactors: readonly Reactor[]
}

/** Told of every message as it arrives. */
export type DeliveryWatch = (delivery: Delivery) => void

export interface Delivery {
  readonly from: string
  readonly to: string
  readonly channel: number
  readonly message: Uint8Array
}

/** Tells of an offence, so that a checker can say whether the accused is honest. */
export type OffenceWatch = (accuser: string, accused: string, offence: Offence) => void

/** Looks at a message on its way, and may send others in its place. */
export type Tamper = (
  from: string,
  to: string,
  channel: number,
  message: Uint8Array,
) => readonly Uint8Array[]

export interface NetworkOptions {
  readonly time: VirtualTime
  readonly random: RandomSource
  readonly onOffence?: OffenceWatch
  readonly tamper?: Tamper
  readonly onDelivery?: DeliveryWatch
  /**
   * Carries out what a node has to do when a message arrives; it may fail, be slow, or be dead.
   */
  readonly run?: (node: NetworkNode, work: () => void) => void
  /**
   * `copied`: each receiver gets bytes of its own. `shared`: the sender's, which nobody may write
   * to, as nobody does.
   */
  readonly messages?: 'copied' | 'shared'
}

const MILLION = 1_000_000

/** How often a message arrives, and when. */
interface Fate {
  readonly copies: number
  readonly atMs: number
}

/** One end of a connection: how `owner` sees `other`. */
class SimPeer implements Peer {
  readonly id: string
  readonly isOutbound: boolean
  readonly isPersistent = true
  readonly channels: ReadonlySet<number>
  readonly #connection: Connection
  readonly #side: 0 | 1

  constructor(connection: Connection, side: 0 | 1, other: NetworkNode) {
    this.#connection = connection
    this.#side = side
    this.id = other.id
    this.isOutbound = side === 0
    const { reactors } = other
    this.channels = new Set(reactors.flatMap(({ channels }) => channels.map(({ id }) => id)))
  }

  send(channel: number, message: Uint8Array): boolean {
    return this.#connection.send(this.#side, channel, message)
  }

  canSend(channel: number): boolean {
    return this.#connection.canSend(this.#side, channel)
  }

  punish(offence: Offence): void {
    this.#connection.punish(this.#side, offence)
  }
}

interface Way {
  /** Messages under way, by channel. */
  readonly waiting: Map<number, number>
  readonly full: Set<number>
  /** When the last message arrives; what is not to be reordered comes after it. */
  lastArrivalMs: number
}

const newWay = (): Way => ({ waiting: new Map(), full: new Set(), lastArrivalMs: 0 })

class Connection {
  readonly #network: SimNetwork
  readonly ends: readonly [NetworkNode, NetworkNode]
  readonly #peers: readonly [SimPeer, SimPeer]
  readonly #ways: readonly [Way, Way] = [newWay(), newWay()]
  isOpen = true

  constructor(network: SimNetwork, ends: readonly [NetworkNode, NetworkNode]) {
    this.#network = network
    this.ends = ends
    this.#peers = [new SimPeer(this, 0, ends[1]), new SimPeer(this, 1, ends[0])]
  }

  open(): void {
    for (const side of [0, 1] as const)
      this.#network.run(this.ends[side], () => {
        for (const reactor of this.ends[side].reactors)
          if (this.isOpen) reactor.addPeer(this.#peers[side])
      })
  }

  close(): void {
    if (!this.isOpen) return
    this.isOpen = false
    for (const side of [0, 1] as const)
      this.#network.run(this.ends[side], () => {
        for (const reactor of this.ends[side].reactors) reactor.removePeer(this.#peers[side])
      })
  }

  canSend(side: 0 | 1, id: number): boolean {
    const channel = channelOf(this.ends[side], id)
    const waiting = this.#ways[side].waiting.get(id) ?? 0
    return this.isOpen && channel !== undefined && waiting < channel.sendQueueMax
  }

  send(side: 0 | 1, id: number, message: Uint8Array): boolean {
    const way = this.#ways[side]
    if (!this.canSend(side, id)) {
      way.full.add(id)
      return false
    }
    way.waiting.set(id, (way.waiting.get(id) ?? 0) + 1)
    const sent = this.#network.tampered(this.ends[side].id, this.ends[1 - side]!.id, id, message)
    if (sent.length === 1) this.#sendOne(side, id, sent[0]!)
    else {
      for (const each of sent) this.slip(side, id, each)
      this.#network.at(way.lastArrivalMs, () => this.#arrived(side, id))
    }
    return true
  }

  /** Sends a message past all queues, as nobody honest does. */
  slip(side: 0 | 1, id: number, message: Uint8Array): void {
    const { copies, atMs } = this.#fate(side)
    for (let copy = 0; copy < copies; copy++)
      this.#network.at(atMs, () => this.deliver(side, id, message))
  }

  /**
   * Sends a message that leaves a place in its queue when it arrives. PERF: mostly both happen at
   * once, and are one thing to wait for; with messages that are shared, 0.84 of the time of a
   * hundred validators.
   */
  #sendOne(side: 0 | 1, id: number, message: Uint8Array): void {
    const way = this.#ways[side]
    const { copies, atMs } = this.#fate(side)
    const isSimple = copies === 1 && atMs === way.lastArrivalMs
    for (let copy = 0; copy < copies && !isSimple; copy++)
      this.#network.at(atMs, () => this.deliver(side, id, message))
    this.#network.at(way.lastArrivalMs, () => {
      if (isSimple) this.deliver(side, id, message)
      this.#arrived(side, id)
    })
  }

  #fate(side: 0 | 1): Fate {
    const way = this.#ways[side]
    const fate = this.#network.fate(this.ends[side].id, this.ends[1 - side]!.id, way.lastArrivalMs)
    way.lastArrivalMs = Math.max(way.lastArrivalMs, fate.atMs)
    return fate
  }

  punish(side: 0 | 1, offence: Offence): void {
    const accused = this.ends[1 - side]!
    this.#network.offended(this.ends[side].id, accused.id, offence)
    if (offence.severity !== 'slow') this.#network.disconnect(this, offence)
  }

  /** A message is there. */
  deliver(side: 0 | 1, id: number, message: Uint8Array): void {
    if (!this.isOpen) return
    const receiver = this.ends[1 - side]!
    const reactor = reactorOf(receiver, id)
    this.#network.run(receiver, () => {
      if (!this.isOpen) return
      this.#network.delivered({ from: this.ends[side].id, to: receiver.id, channel: id, message })
      reactor?.receive(this.#peers[1 - side]!, id, this.#network.received(message))
    })
  }

  #arrived(side: 0 | 1, id: number): void {
    const way = this.#ways[side]
    way.waiting.set(id, way.waiting.get(id)! - 1)
    if (!this.isOpen || !way.full.delete(id)) return
    const sender = this.ends[side]
    const reactor = reactorOf(sender, id)
    this.#network.run(sender, () => reactor?.drained?.(this.#peers[side], id))
  }
}

function reactorOf({ reactors }: NetworkNode, id: number): Reactor | undefined {
  for (const reactor of reactors)
    for (const channel of reactor.channels) if (channel.id === id) return reactor
  return undefined
}

function channelOf({ reactors }: NetworkNode, id: number): Channel | undefined {
  for (const { channels } of reactors)
    for (const channel of channels) if (channel.id === id) return channel
  return undefined
}

/** All nodes and all connections between them. */
export class SimNetwork {
  readonly #time: VirtualTime
  readonly #random: RandomSource
  readonly #onOffence: OffenceWatch
  readonly #tamper: Tamper
  readonly #onDelivery: DeliveryWatch
  readonly #areShared: boolean
  readonly run: (node: NetworkNode, work: () => void) => void
  readonly #nodes = new Map<string, NetworkNode>()
  /** Pairs that want to be connected, by {@link pairOf}. */
  readonly #wanted = new Set<string>()
  readonly #connections = new Map<string, Connection>()
  readonly #bannedUntilMs = new Map<string, number>()
  /** By who sends, then by who receives. */
  readonly #weather = new Map<string, Map<string, Weather>>()
  #otherwise: Weather = FAIR_WEATHER

  constructor(options: NetworkOptions) {
    this.#time = options.time
    this.#random = options.random
    this.#onOffence = options.onOffence ?? (() => undefined)
    this.#tamper = options.tamper ?? ((_from, _to, _channel, message) => [message])
    this.#onDelivery = options.onDelivery ?? (() => undefined)
    this.#areShared = options.messages === 'shared'
    this.run = options.run ?? ((_node, work) => work())
  }

  /** The weather everywhere where none of its own is. */
  setWeather(weather: Weather): void {
    this.#otherwise = weather
  }

  /** The weather from one node to another; undefined: as everywhere. */
  setWeatherBetween(from: string, to: string, weather: Weather | undefined): void {
    const ways = this.#weather.get(from) ?? new Map<string, Weather>()
    this.#weather.set(from, ways)
    if (weather === undefined) ways.delete(to)
    else ways.set(to, weather)
  }

  /** Two nodes are to be connected whenever both are there. */
  link(a: string, b: string): void {
    this.#wanted.add(pairOf(a, b))
    this.#reconnect(a, b)
  }

  /** A node has started. */
  join(node: NetworkNode): void {
    assert(!this.#nodes.has(node.id), 'a node joins once')
    this.#nodes.set(node.id, node)
    for (const other of this.#nodes.keys()) this.#reconnect(node.id, other)
  }

  /** A node is gone: its connections break, which the others notice. */
  leave(id: string): void {
    this.#nodes.delete(id)
    for (const connection of [...this.#connections.values()])
      if (connection.ends.some((end) => end.id === id)) this.#drop(connection)
  }

  /** Ends a connection; persistent peers come back, banned ones later. */
  disconnect(connection: Connection, { severity }: Offence): void {
    const [a, b] = connection.ends
    const waitMs = severity === 'ban' ? BAN_MS : RECONNECT_MS
    this.#bannedUntilMs.set(pairOf(a.id, b.id), this.#time.nowMs + waitMs)
    this.at(this.#time.nowMs, () => this.#drop(connection))
  }

  /** Sends a message that its sender's program did not send; only if they are connected. */
  slip(from: string, to: string, channel: number, message: Uint8Array): void {
    const connection = this.#connections.get(pairOf(from, to))
    if (connection?.isOpen)
      connection.slip(connection.ends[0].id === from ? 0 : 1, channel, message)
  }

  /** A message arrives that was sent in another world; only if they are connected. */
  arrive({ from, to, channel, message }: Delivery): void {
    const connection = this.#connections.get(pairOf(from, to))
    connection?.deliver(connection.ends[0].id === from ? 0 : 1, channel, message)
  }

  /** Who has a connection with a node. */
  neighbours(id: string): readonly string[] {
    return [...this.#connections.values()].flatMap(({ ends: [a, b] }) =>
      a.id === id ? [b.id] : b.id === id ? [a.id] : [],
    )
  }

  /** A message as its receiver gets it. */
  received(message: Uint8Array): Uint8Array {
    return this.#areShared ? message : message.slice()
  }

  delivered(delivery: Delivery): void {
    this.#onDelivery(delivery)
  }

  offended(accuser: string, accused: string, offence: Offence): void {
    this.#onOffence(accuser, accused, offence)
  }

  tampered(from: string, to: string, channel: number, message: Uint8Array): readonly Uint8Array[] {
    return this.#tamper(from, to, channel, message)
  }

  /** Whether, how often and when a message arrives. */
  fate(from: string, to: string, lastArrivalMs: number): Fate {
    const weather = this.#weather.get(from)?.get(to) ?? this.#otherwise
    const [least, most] = weather.delayMs
    const arrivalMs = this.#time.nowMs + least + randomBelow(this.#random, most - least + 1)
    const isReordered = this.#happens(weather.reorderedPerMillion)
    const atMs = isReordered ? arrivalMs : Math.max(arrivalMs, lastArrivalMs)
    if (weather.isCut || this.#happens(weather.lostPerMillion)) return { copies: 0, atMs }
    return { copies: this.#happens(weather.doubledPerMillion) ? 2 : 1, atMs }
  }

  at(ms: number, run: () => void): void {
    this.#time.after(Math.max(0, ms - this.#time.nowMs), run)
  }

  #happens(perMillion: number): boolean {
    return perMillion > 0 && randomBelow(this.#random, MILLION) < perMillion
  }

  #drop(connection: Connection): void {
    const [a, b] = connection.ends
    if (!connection.isOpen) return
    this.#connections.delete(pairOf(a.id, b.id))
    connection.close()
    this.at(this.#time.nowMs + RECONNECT_MS, () => this.#reconnect(a.id, b.id))
  }

  #reconnect(a: string, b: string): void {
    const pair = pairOf(a, b)
    if (a === b || !this.#wanted.has(pair) || this.#connections.has(pair)) return
    const first = this.#nodes.get(a)
    const second = this.#nodes.get(b)
    if (first === undefined || second === undefined) return
    const bannedUntilMs = this.#bannedUntilMs.get(pair) ?? 0
    if (bannedUntilMs > this.#time.nowMs) {
      this.at(bannedUntilMs, () => this.#reconnect(a, b))
      return
    }
    const connection = new Connection(this, [first, second])
    this.#connections.set(pair, connection)
    this.at(this.#time.nowMs + 1, () => {
      if (connection.isOpen) connection.open()
    })
  }
}

function pairOf(a: string, b: string): string {
  return a < b ? `${a}|${b}` : `${b}|${a}`
}
