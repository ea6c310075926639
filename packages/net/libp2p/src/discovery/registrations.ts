/** What a seed remembers: who has which topics and protocols, for an hour each time. */

import type { Clock } from '@wadi/base/clock'
import { type RandomSource, randomBelow } from '@wadi/base/random'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { errors } from '../errors.ts'
import { type KeyText, keyTextOf } from '../host/peerNames.ts'
import {
  NAMESPACE_SIZE_MAX,
  NAMESPACES_PER_PEER_MAX,
  PEERS_PER_NAMESPACE_MAX,
  REGISTERED_PEERS_MAX,
  REGISTRATION_MS,
} from '../limits.ts'
import type { KnownPeer } from '../peers/registryPeers.ts'

interface Registration {
  readonly peer: KnownPeer
  readonly endMs: number
}

/** See the top of this file. */
export class Registrations {
  readonly #clock: Clock
  readonly #namespaces = new Map<string, Map<KeyText, Registration>>()
  readonly #countOf = new Map<KeyText, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Remembers a peer, anew or for longer. Throws when there is no room. */
  add(namespace: string, peer: KnownPeer): void {
    if (namespace.length > NAMESPACE_SIZE_MAX) throw errors.badNamespace()
    const text = keyTextOf(peer.key)
    const peers = this.#namespaces.get(namespace)
    if (peers?.has(text) !== true) this.#checkRoom(peers?.size ?? 0, text)
    this.remove(namespace, peer.key)
    const own = this.#namespaces.get(namespace) ?? new Map<KeyText, Registration>()
    this.#namespaces.set(namespace, own)
    own.set(text, { peer, endMs: this.#clock.monotonicMs() + REGISTRATION_MS })
    this.#countOf.set(text, (this.#countOf.get(text) ?? 0) + 1)
  }

  remove(namespace: string, key: PublicKey): void {
    const text = keyTextOf(key)
    const peers = this.#namespaces.get(namespace)
    if (peers === undefined || !peers.delete(text)) return
    if (peers.size === 0) this.#namespaces.delete(namespace)
    const count = this.#countOf.get(text)! - 1
    if (count === 0) this.#countOf.delete(text)
    else this.#countOf.set(text, count)
  }

  /** Some peers of a namespace, each as likely as the others. */
  some(namespace: string, countMax: number, random: RandomSource): readonly KnownPeer[] {
    const nowMs = this.#clock.monotonicMs()
    const peers = [...(this.#namespaces.get(namespace)?.values() ?? [])]
      .filter(({ endMs }) => endMs > nowMs)
      .map(({ peer }) => peer)
    const count = Math.min(countMax, peers.length)
    for (let i = 0; i < count; i++) {
      const j = i + randomBelow(random, peers.length - i)
      const other = peers[j]!
      peers[j] = peers[i]!
      peers[i] = other
    }
    return peers.slice(0, count)
  }

  /** Forgets what is over. */
  clean(): void {
    const nowMs = this.#clock.monotonicMs()
    for (const [namespace, peers] of [...this.#namespaces]) {
      for (const { peer, endMs } of [...peers.values()]) {
        if (endMs <= nowMs) this.remove(namespace, peer.key)
      }
    }
  }

  /** Everything, for the disk. */
  *entries(): Iterable<{ readonly namespace: string; readonly peer: KnownPeer }> {
    for (const [namespace, peers] of this.#namespaces) {
      for (const { peer } of peers.values()) yield { namespace, peer }
    }
  }

  /** Distinct peers. */
  get size(): number {
    return this.#countOf.size
  }

  #checkRoom(peersOfNamespace: number, text: KeyText): void {
    const count = this.#countOf.get(text)
    if (count === undefined && this.#countOf.size >= REGISTERED_PEERS_MAX) {
      throw errors.tooManyPeers()
    }
    if (peersOfNamespace >= PEERS_PER_NAMESPACE_MAX) throw errors.tooManyNamespacePeers()
    if ((count ?? 0) >= NAMESPACES_PER_PEER_MAX) throw errors.tooManyNamespaces()
  }
}
