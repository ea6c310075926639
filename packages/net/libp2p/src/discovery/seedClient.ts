/** Asks one seed: tells what this node has, and learns who else has it. */

import { drawWaitMs } from '@wadi/base/backoff'
import type { Clock } from '@wadi/base/clock'
import { CodedError, isTold } from '@wadi/base/errors'
import type { RandomSource } from '@wadi/base/random'
import type { Timer, Timers } from '@wadi/base/timers'
import { decode, encode } from '@wadi/cbor/codec'
import {
  DISCOVERED_MAX,
  DISCOVERED_MS,
  MALICIOUS_SEED_MS,
  NOBODY_FOUND_MS,
  REGISTRATION_MS,
  SEED_AGAIN_MS_FIRST,
  SEED_AGAIN_MS_MAX,
} from '../limits.ts'
import type { KnownPeer } from '../peers/registryPeers.ts'
import { stopOnBug } from '../stopOnBug.ts'
import { decodePeerInfo } from './peerInfo.ts'
import {
  ADVERTISE,
  AdvertiseRequest,
  AdvertiseResponse,
  DISCOVER,
  DiscoverRequest,
  DiscoverResponse,
  NS_PER_MS,
} from './seedMessages.ts'

/** What asking a seed needs. */
export interface SeedClientOptions {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: RandomSource
  /** How long it is believed that somebody is there. */
  readonly discoveredMs?: number | undefined
  /** Asks the seed, and gives its encoded answer. */
  readonly call: (method: string, body: Uint8Array) => Promise<Uint8Array>
}

interface Discovered {
  readonly peers: readonly KnownPeer[]
  readonly endMs: number
}

const PAUSES = { firstMs: SEED_AGAIN_MS_FIRST, maxMs: SEED_AGAIN_MS_MAX }
/** Again well before it is forgotten, as in the reference. */
const advertiseAgainMs = (ttlMs: number) => (ttlMs * 7) / 8

/** See the top of this file. */
export class SeedClient {
  readonly #options: SeedClientOptions
  readonly #discovered = new Map<string, Discovered>()
  readonly #advertised = new Map<string, Timer>()
  #isAsking = false
  #failures = 0
  #againMs = 0

  constructor(options: SeedClientOptions) {
    this.#options = options
  }

  /** Who was found so far. */
  known(namespace: string): readonly KnownPeer[] {
    return this.#discovered.get(namespace)?.peers ?? []
  }

  /** Could the seed be asked now? */
  get isReady(): boolean {
    return !this.#isAsking && this.#againMs <= this.#options.clock.monotonicMs()
  }

  /** Who was found so far. If that is too long ago, the seed is asked in the background. */
  find(namespace: string): readonly KnownPeer[] {
    const known = this.#discovered.get(namespace)
    const isDue = known === undefined || known.endMs <= this.#options.clock.monotonicMs()
    if (isDue && this.isReady) {
      this.#isAsking = true
      this.#discover(namespace).catch(stopOnBug)
    }
    return this.known(namespace)
  }

  /** From now on the seed is told that this node has it. */
  advertise(namespace: string): void {
    if (!this.#advertised.has(namespace)) this.#advertiseAfter(namespace, 0, 0)
  }

  /** No longer. */
  withdraw(namespace: string): void {
    this.#advertised.get(namespace)?.cancel()
    this.#advertised.delete(namespace)
  }

  stop(): void {
    for (const namespace of [...this.#advertised.keys()]) this.withdraw(namespace)
  }

  async #discover(namespace: string): Promise<void> {
    const { clock, random, discoveredMs = DISCOVERED_MS } = this.#options
    const remember = (peers: readonly KnownPeer[], ms: number) =>
      this.#discovered.set(namespace, { peers, endMs: clock.monotonicMs() + ms })
    try {
      const body = await this.#options.call(
        DISCOVER,
        encode(DiscoverRequest, { namespace, limit: 0n }),
      )
      const peers = readPeers(body)
      if (peers === undefined) remember([], MALICIOUS_SEED_MS)
      else remember(peers, peers.length === 0 ? NOBODY_FOUND_MS : discoveredMs)
      this.#failures = 0
    } catch (error) {
      if (!isTold(error)) throw error
      this.#againMs = clock.monotonicMs() + drawWaitMs(this.#failures, PAUSES, random)
      this.#failures++
    } finally {
      this.#isAsking = false
    }
  }

  #advertiseAfter(namespace: string, ms: number, failures: number): void {
    const timer = this.#options.timers.after(ms, () => {
      this.#tell(namespace, failures).catch(stopOnBug)
    })
    this.#advertised.set(namespace, timer)
  }

  async #tell(namespace: string, failures: number): Promise<void> {
    const timer = this.#advertised.get(namespace)
    const again = (ms: number, count: number) => {
      // Somebody may have withdrawn it meanwhile.
      if (this.#advertised.get(namespace) === timer) this.#advertiseAfter(namespace, ms, count)
    }
    try {
      const body = await this.#options.call(ADVERTISE, encode(AdvertiseRequest, { namespace }))
      const ttlMs = Number(decode(AdvertiseResponse, body).ttl / NS_PER_MS)
      const usualMs = Math.min(Math.max(ttlMs, SEED_AGAIN_MS_FIRST), REGISTRATION_MS)
      again(advertiseAgainMs(usualMs), 0)
    } catch (error) {
      if (!isTold(error)) throw error
      again(drawWaitMs(failures, PAUSES, this.#options.random), failures + 1)
    }
  }
}

/** The peers of an answer; undefined if it makes no sense. */
function readPeers(body: Uint8Array): readonly KnownPeer[] | undefined {
  try {
    const { peers } = decode(DiscoverResponse, body)
    return (peers ?? []).slice(0, DISCOVERED_MAX).map(decodePeerInfo)
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}
