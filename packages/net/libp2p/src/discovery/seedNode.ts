/** A node that does nothing but know others. */

import type { Libp2p } from '@libp2p/interface'
import { isTold } from '@wadi/base/errors'
import type { Timer } from '@wadi/base/timers'
import type { Reply, Request } from '@wadi/contracts/runtime-network'
import type { NodeAddress } from '@wadi/primitives/nodeAddress'
import { createHost, type HostOptions, startHost } from '../host/createHost.ts'
import { Gate, type GateOptions } from '../host/gate.ts'
import { type KeyText, keyOf, keyTextOf } from '../host/peerNames.ts'
import {
  BOOK_SAVE_MS,
  GRACE_MS,
  IDENTIFY_MS_MAX,
  PEERS_DELTA,
  REGISTRATIONS_CLEAN_MS,
  REQUESTS_PER_PROTOCOL_MAX,
} from '../limits.ts'
import { BOOTSTRAP_PROTOCOL } from '../names.ts'
import type { Libp2pWorld } from '../network.ts'
import { Connections } from '../peers/connections.ts'
import { decodeBook, encodeBook, type PeerBook } from '../peers/peerBook.ts'
import type { KnownPeer } from '../peers/registryPeers.ts'
import { RequestRoom, serveStream } from '../rpc/server.ts'
import { stopOnBug } from '../stopOnBug.ts'
import { parseMultiaddr } from './peerInfo.ts'
import { PeerWaits } from './peerWaits.ts'
import { Registrations } from './registrations.ts'
import { answerAsSeed } from './seedService.ts'

/** What a seed is given. */
export interface SeedNodeOptions extends Omit<HostOptions, 'gate'>, GateOptions {
  readonly world: Libp2pWorld
  /** Which addresses it tells others. */
  readonly reach: 'routable' | 'any'
  readonly graceMs?: number
  /** Where it keeps what it knows while it does not run. */
  readonly book?: PeerBook | undefined
}

/** See the top of this file. */
export class SeedNode {
  readonly #options: SeedNodeOptions
  readonly #host: Libp2p
  readonly #registrations: Registrations
  readonly #connections: Connections
  readonly #listensAt = new Map<KeyText, readonly NodeAddress[]>()
  readonly #waits: PeerWaits
  #timer: Timer | undefined
  #saving: Timer | undefined

  private constructor(options: SeedNodeOptions, host: Libp2p) {
    this.#options = options
    this.#host = host
    this.#registrations = new Registrations(options.world.clock)
    this.#waits = new PeerWaits(options.world.timers)
    const { peersMax, world } = options
    this.#connections = new Connections({
      host,
      clock: world.clock,
      counts: { few: peersMax, more: peersMax + PEERS_DELTA, graceMs: options.graceMs ?? GRACE_MS },
      isKnown: () => false,
    })
  }

  /** A seed that does not run yet. */
  static async create(options: SeedNodeOptions): Promise<SeedNode> {
    return new SeedNode(options, await createHost({ ...options, gate: new Gate(options) }))
  }

  async start(): Promise<void> {
    const serving = {
      protocol: BOOTSTRAP_PROTOCOL,
      respondent: (request: Request, reply: (reply: Reply) => void) => {
        this.#answer(request).then(reply, (error: unknown) => {
          if (isTold(error)) reply({ kind: 'error', error })
          else stopOnBug(error)
        })
      },
      room: new RequestRoom(),
      log: this.#options.world.log,
    }
    const maxInboundStreams = REQUESTS_PER_PROTOCOL_MAX
    this.#hearAddresses()
    this.#connections.watch()
    await this.#host.handle(
      BOOTSTRAP_PROTOCOL,
      (stream, connection) => serveStream(serving, stream, connection),
      { maxInboundStreams },
    )
    await startHost(this.#host, this.#options.listen)
    await this.#restore()
    this.#clean()
  }

  async stop(): Promise<void> {
    this.#timer?.cancel()
    this.#saving?.cancel()
    await this.#save()
    await this.#host.stop()
  }

  /** Where it listens. */
  get addresses(): readonly NodeAddress[] {
    return this.#host.getMultiaddrs().flatMap((address) => parseMultiaddr(`${address}`) ?? [])
  }

  /** Whom it knows, and what they have. */
  get registrations(): Iterable<{ readonly namespace: string; readonly peer: KnownPeer }> {
    return this.#registrations.entries()
  }

  async #answer(request: Request): Promise<Reply> {
    const { random } = this.#options.world
    const text = keyTextOf(request.from)
    // A peer may ask before it has said so, which makes seeds of the reference forget it.
    if (!this.#listensAt.has(text)) await this.#waits.wait(text, IDENTIFY_MS_MAX)
    const listensAt = this.#listensAt.get(text) ?? []
    const options = { registrations: this.#registrations, random, reach: this.#options.reach }
    return answerAsSeed(options, request, listensAt)
  }

  /** Connected peers say where they listen, some time after they are connected. */
  #hearAddresses(): void {
    this.#host.addEventListener('peer:identify', ({ detail }) => {
      const key = keyOf(detail.peerId)
      if (key === undefined) return
      const told = detail.signedPeerRecord?.addresses ?? detail.listenAddrs
      const addresses = told.flatMap((address) => parseMultiaddr(`${address}`) ?? [])
      this.#listensAt.set(keyTextOf(key), addresses)
      this.#waits.wake(keyTextOf(key))
    })
    this.#host.addEventListener('peer:disconnect', ({ detail }) => {
      const key = keyOf(detail)
      if (key === undefined) return
      this.#listensAt.delete(keyTextOf(key))
      this.#waits.wake(keyTextOf(key))
    })
  }

  /** What it knew is good for another hour. */
  async #restore(): Promise<void> {
    const { book, world } = this.#options
    if (book === undefined) return
    const content = await book.load()
    for (const { namespace, peer } of content === undefined ? [] : decodeBook(content)) {
      try {
        this.#registrations.add(namespace, peer)
      } catch (error) {
        if (!isTold(error)) throw error
        world.log.warn('peer of the book not taken', { why: error.message })
      }
    }
    const saveLater = () => {
      this.#saving = world.timers.after(BOOK_SAVE_MS, () => {
        this.#save().then(saveLater, stopOnBug)
      })
    }
    saveLater()
  }

  async #save(): Promise<void> {
    const { book, world } = this.#options
    await book?.save(encodeBook(this.#registrations.entries())).catch((why: unknown) => {
      world.log.warn('peers not written down', { why: String(why) })
    })
  }

  #clean(): void {
    this.#registrations.clean()
    this.#timer = this.#options.world.timers.after(REGISTRATIONS_CLEAN_MS, () => this.#clean())
  }
}
