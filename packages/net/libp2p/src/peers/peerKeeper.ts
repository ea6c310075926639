/** Keeps enough peers connected for everything that this node wants and listens to. */

import { type RandomSource, randomBelow } from '@wadi/base/random'
import type { Timer, Timers } from '@wadi/base/timers'
import type { PeersWanted } from '@wadi/contracts/runtime-network'
import { MONITOR_MS, TOPIC_PEERS_REGISTERED, TOPIC_PEERS_TOTAL } from '../limits.ts'
import type { Connector } from './connector.ts'
import type { KnownPeer, RegistryPeers } from './registryPeers.ts'

/** Where peers are found beside the registry: seeds. */
export interface PeerFinder {
  /** Those that are known now; asks for more in the background. */
  find(name: string): readonly KnownPeer[]
}

/** What the keeper sees and uses. */
export interface KeeperOptions {
  readonly timers: Timers
  readonly random: RandomSource
  readonly registry: RegistryPeers
  readonly connector: Connector
  readonly finder: PeerFinder
  /** Dialed whenever they are not connected. */
  readonly persistent: readonly KnownPeer[]
  /** How many peers of a protocol or topic are connected. */
  readonly connectedCount: (name: string) => number
  readonly topics: () => readonly string[]
}

const TOPIC_PEERS: PeersWanted = { registered: TOPIC_PEERS_REGISTERED, total: TOPIC_PEERS_TOTAL }

/** See the top of this file. */
export class PeerKeeper {
  readonly #options: KeeperOptions
  readonly #wanted = new Map<string, PeersWanted>()
  #timer: Timer | undefined

  constructor(options: KeeperOptions) {
    this.#options = options
  }

  want(protocol: string, wanted: PeersWanted): void {
    this.#wanted.set(protocol, wanted)
  }

  get wanted(): readonly string[] {
    return [...this.#wanted.keys()]
  }

  start(): void {
    this.look()
    this.#timer = this.#options.timers.after(MONITOR_MS, () => this.start())
  }

  stop(): void {
    this.#timer?.cancel()
  }

  /** Dials who is missing. */
  look(): void {
    const { connector, persistent, topics } = this.#options
    connector.connect(persistent, persistent.length)
    for (const [name, wanted] of this.#wanted) this.#fill(name, wanted)
    for (const name of topics()) this.#fill(name, TOPIC_PEERS)
  }

  #fill(name: string, { registered, total }: PeersWanted): void {
    const { connector, registry, finder, connectedCount } = this.#options
    const connected = connectedCount(name)
    const underWay =
      connected < registered
        ? connector.connect(this.#shuffled(registry.offering(name)), registered - connected)
        : 0
    const missing = total - connected - underWay
    if (missing > 0) connector.connect(finder.find(name), missing)
  }

  #shuffled<T>(items: readonly T[]): readonly T[] {
    const order = [...items]
    for (let i = order.length - 1; i > 0; i--) {
      const j = randomBelow(this.#options.random, i + 1)
      const other = order[j]!
      order[j] = order[i]!
      order[i] = other
    }
    return order
  }
}
