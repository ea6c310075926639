/** The seeds that a node knows: all are told what it has, one at a time is asked who has it. */

import type { Libp2p } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { UnavailableError } from '@wadi/base/errors'
import { type RandomSource, randomBelow } from '@wadi/base/random'
import type { ConsensusAddress } from '@wadi/primitives/nodeAddress'
import { errors } from '../errors.ts'
import { multiaddrOf, peerIdOf } from '../host/peerNames.ts'
import { OPEN_MS_MAX, RESPONSE_READ_MS_DEFAULT, SEED_IDLE_MS, SEED_LEARNS_MS } from '../limits.ts'
import { BOOTSTRAP_PROTOCOL } from '../names.ts'
import type { PeerFinder } from '../peers/peerKeeper.ts'
import type { KnownPeer } from '../peers/registryPeers.ts'
import { callPeer } from '../rpc/callPeer.ts'
import { SeedClient, type SeedClientOptions } from './seedClient.ts'
import { ADVERTISE } from './seedMessages.ts'

/** What seeds are asked with. */
export interface SeedsOptions extends Omit<SeedClientOptions, 'call'> {
  readonly host: Libp2p
  readonly seeds: readonly ConsensusAddress[]
}

/** See the top of this file. */
export class Seeds implements PeerFinder {
  readonly #random: RandomSource
  readonly #clients: readonly SeedClient[]
  readonly #options: SeedsOptions
  readonly #namespaces = new Set<string>()
  readonly #aborter = new AbortController()
  #isStarted = false

  constructor(options: SeedsOptions) {
    this.#options = options
    this.#random = options.random
    this.#clients = options.seeds.map(
      (seed) =>
        new SeedClient({ ...options, call: (method, body) => this.#call(seed, method, body) }),
    )
  }

  start(): void {
    this.#isStarted = true
    for (const namespace of this.#namespaces) this.advertise(namespace)
  }

  stop(): void {
    this.#aborter.abort()
    for (const client of this.#clients) client.stop()
  }

  find(namespace: string): readonly KnownPeer[] {
    // Who does not answer must not keep the others from being asked.
    const ready = this.#clients.filter(({ isReady }) => isReady)
    if (ready.length > 0) ready[randomBelow(this.#random, ready.length)]!.find(namespace)
    return this.#clients.flatMap((client) => client.known(namespace))
  }

  /** Seeds are told, as soon as they can be asked, that this node has it. */
  advertise(namespace: string): void {
    this.#namespaces.add(namespace)
    if (this.#isStarted) for (const client of this.#clients) client.advertise(namespace)
  }

  withdraw(namespace: string): void {
    this.#namespaces.delete(namespace)
    for (const client of this.#clients) client.withdraw(namespace)
  }

  async #call(seed: ConsensusAddress, method: string, body: Uint8Array): Promise<Uint8Array> {
    const { host, timers } = this.#options
    const address = multiaddrOf(seed.address)
    if (address === undefined) throw errors.noAddress()
    // One list may name the seeds of two networks: where others listen, this one is not asked.
    const place = address.encapsulate(`/p2p/${peerIdOf(seed.id)}`)
    try {
      if (method === ADVERTISE) await this.#becomeKnown(place)
      return await callPeer(host, place, {
        protocol: BOOTSTRAP_PROTOCOL,
        method,
        body,
        responseMsMax: RESPONSE_READ_MS_DEFAULT,
        signal: this.#aborter.signal,
      })
    } finally {
      // Seeds are asked seldom, and have many to answer.
      timers.after(SEED_IDLE_MS, () => this.#closeIdle(seed))
    }
  }

  /** The seed has the time to ask where this node listens. */
  async #becomeKnown(place: Multiaddr): Promise<void> {
    const { host, clock, timers } = this.#options
    const signal = AbortSignal.any([this.#aborter.signal, AbortSignal.timeout(OPEN_MS_MAX)])
    const { timeline } = await host.dial(place, { signal }).catch((cause: unknown) => {
      throw new UnavailableError('libp2p.unreachable', 'the seed is not reached', { cause })
    })
    const waitMs = timeline.open + SEED_LEARNS_MS - clock.unixMs()
    if (waitMs <= 0) return
    await new Promise<void>((resolve) => {
      timers.after(waitMs, resolve)
    })
  }

  #closeIdle({ id }: ConsensusAddress): void {
    for (const connection of this.#options.host.getConnections(peerIdOf(id))) {
      if (connection.streams.length === 0) connection.close().catch(() => undefined)
    }
  }
}
