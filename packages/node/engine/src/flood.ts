/**
 * Keeps a peer from having us do nothing but listen to it: messages may be short, and the rate of
 * bytes that a connection allows is hundreds of thousands of them a second.
 */

import type { Clock } from '@wadi/base/clock'
import type { Peer, Reactor } from '@wadi/contracts/peers'
import { FLOODED_PER_OFFENCE, MESSAGES_BURST_MAX, MESSAGES_PER_SECOND_MAX } from './limits.ts'

/** What a peer may still say. */
interface Allowance {
  left: number
  sinceMs: number
  /** What came beyond, since the last offence. */
  beyond: number
}

/** How much is heard of each peer. */
export interface PatienceBounds {
  readonly perSecondMax: number
  /** At once, if it was silent for long enough. */
  readonly burstMax: number
  /** What a peer does that says more. */
  readonly why: string
}

/** Hears so much of a peer and no more; what comes beyond counts against it. */
export class Patience {
  readonly #clock: Clock
  readonly #bounds: PatienceBounds
  readonly #allowances = new WeakMap<Peer, Allowance>()

  constructor(clock: Clock, bounds: PatienceBounds) {
    this.#clock = clock
    this.#bounds = bounds
  }

  /** Is so much more heard of a peer? */
  hears(peer: Peer, count: number): boolean {
    const allowance = this.#allowanceOf(peer)
    if (allowance.left >= count) {
      allowance.left -= count
      return true
    }
    allowance.beyond += count
    if (allowance.beyond >= FLOODED_PER_OFFENCE) {
      allowance.beyond %= FLOODED_PER_OFFENCE
      peer.punish({ severity: 'slow', why: this.#bounds.why })
    }
    return false
  }

  /** With what it has regained by now. */
  #allowanceOf(peer: Peer): Allowance {
    const { perSecondMax, burstMax } = this.#bounds
    const nowMs = this.#clock.monotonicMs()
    const known = this.#allowances.get(peer)
    const allowance = known ?? { left: burstMax, sinceMs: nowMs, beyond: 0 }
    if (known === undefined) this.#allowances.set(peer, allowance)
    const regained = ((nowMs - allowance.sinceMs) * perSecondMax) / MS_PER_SECOND
    allowance.left = Math.min(burstMax, allowance.left + regained)
    allowance.sinceMs = nowMs
    return allowance
  }
}

const MS_PER_SECOND = 1000

/** A reactor that looks at so many messages of a peer and no more. */
export function unflooded(reactor: Reactor, clock: Clock): Reactor {
  const { name, channels } = reactor
  const peers = new Set<Peer>()
  const patience = new Patience(clock, {
    perSecondMax: MESSAGES_PER_SECOND_MAX,
    burstMax: MESSAGES_BURST_MAX,
    why: 'sends more messages than anybody needs',
  })
  return {
    name,
    channels,
    addPeer(peer) {
      peers.add(peer)
      reactor.addPeer(peer)
    },
    removePeer(peer) {
      peers.delete(peer)
      reactor.removePeer(peer)
    },
    receive(peer, channel, message) {
      if (peers.has(peer) && patience.hears(peer, 1)) reactor.receive(peer, channel, message)
    },
    drained: (peer, channel) => reactor.drained?.(peer, channel),
  }
}
