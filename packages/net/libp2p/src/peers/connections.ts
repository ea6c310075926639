/** The connections of a host: who is worth how much, who has to go, who is forgotten. */

import type { Libp2p } from '@libp2p/interface'
import type { Clock } from '@wadi/base/clock'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { parseMultiaddr } from '../discovery/peerInfo.ts'
import { keyOf, keyTextOf, peerIdOf } from '../host/peerNames.ts'
import { CONNECTIONS_PER_PEER_MAX } from '../limits.ts'
import { LeftPeers } from './leftPeers.ts'
import type { KnownPeer } from './registryPeers.ts'
import { type ConnectedPeer, type PeerCounts, PeerValues, surplusPeers } from './trimming.ts'

/** What the connections are given. */
export interface ConnectionsOptions {
  readonly host: Libp2p
  readonly clock: Clock
  readonly counts: PeerCounts
  /** Peers who are worth something whatever they do: those of the registry. */
  readonly isKnown: (key: PublicKey) => boolean
}

/** What it is worth to be in the registry. */
const KNOWN_VALUE = 10

/** See the top of this file. */
export class Connections {
  readonly values = new PeerValues()
  readonly #options: ConnectionsOptions
  readonly #left = new LeftPeers()

  constructor(options: ConnectionsOptions) {
    this.#options = options
  }

  /** Begins to watch, before the host starts. */
  watch(): void {
    const { host } = this.#options
    host.addEventListener('peer:connect', ({ detail }) => {
      const key = keyOf(detail)
      if (key !== undefined) this.#left.return(key)
      this.#trim()
    })
    host.addEventListener('peer:disconnect', ({ detail }) => {
      const key = keyOf(detail)
      const forgotten = key === undefined ? undefined : this.#left.leave(key)
      if (forgotten === undefined) return
      this.values.forget(forgotten)
      host.peerStore.delete(peerIdOf(forgotten)).catch(() => undefined)
    })
    host.addEventListener('connection:open', ({ detail }) => {
      const own = host.getConnections(detail.remotePeer)
      if (own.length > CONNECTIONS_PER_PEER_MAX) detail.abort(new Error('connected often enough'))
    })
  }

  /** Who is connected, each once. */
  get peers(): readonly ConnectedPeer[] {
    const peers = new Map<string, ConnectedPeer>()
    for (const { remotePeer, timeline } of this.#options.host.getConnections()) {
      const key = keyOf(remotePeer)
      if (key !== undefined) peers.set(keyTextOf(key), { key, sinceMs: timeline.open })
    }
    return [...peers.values()]
  }

  /** Where those who are connected say that they listen. */
  async known(): Promise<readonly KnownPeer[]> {
    const { host } = this.#options
    const known = this.peers.map(async ({ key }) => {
      const told = await host.peerStore.get(peerIdOf(key)).catch(() => undefined)
      const texts = told?.addresses.map(({ multiaddr }) => `${multiaddr}`) ?? []
      return { key, addresses: texts.flatMap((address) => parseMultiaddr(address) ?? []) }
    })
    return Promise.all(known)
  }

  #trim(): void {
    const { host, clock, counts, isKnown } = this.#options
    const worthOf = (key: PublicKey) => this.values.of(key) + (isKnown(key) ? KNOWN_VALUE : 0)
    for (const key of surplusPeers(this.peers, worthOf, clock.unixMs(), counts)) {
      host.hangUp(peerIdOf(key)).catch(() => undefined)
    }
  }
}
