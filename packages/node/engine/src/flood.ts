/**
 * Keeps a peer from having us do nothing but listen to it: messages may be short, and the rate of
 * bytes that a connection allows is hundreds of thousands of them a second.
 */

import type { Clock } from '@wadi/base/clock'
import type { Peer, Reactor } from '@wadi/contracts/peers'
import {
  FLOOD_MESSAGES_PER_OFFENCE,
  MESSAGES_BURST_MAX,
  MESSAGES_PER_SECOND_MAX,
} from './limits.ts'

/** What a peer may still say. */
interface Allowance {
  messages: number
  sinceMs: number
  /** Messages that were not looked at. */
  ignored: number
}

/** A reactor that looks at so many messages of a peer and no more. */
export function unflooded(reactor: Reactor, clock: Clock): Reactor {
  const { name, channels } = reactor
  const allowances = new Map<Peer, Allowance>()
  return {
    name,
    channels,
    addPeer(peer) {
      const sinceMs = clock.monotonicMs()
      allowances.set(peer, { messages: MESSAGES_BURST_MAX, sinceMs, ignored: 0 })
      reactor.addPeer(peer)
    },
    removePeer(peer) {
      allowances.delete(peer)
      reactor.removePeer(peer)
    },
    receive(peer, channel, message) {
      const allowance = allowances.get(peer)
      if (allowance === undefined) return
      if (mayHear(allowance, clock.monotonicMs())) reactor.receive(peer, channel, message)
      else if (++allowance.ignored % FLOOD_MESSAGES_PER_OFFENCE === 0)
        peer.punish({ severity: 'slow', why: 'sends more messages than anybody needs' })
    },
    drained: (peer, channel) => reactor.drained?.(peer, channel),
  }
}

const MS_PER_SECOND = 1000

function mayHear(allowance: Allowance, nowMs: number): boolean {
  const regained = ((nowMs - allowance.sinceMs) * MESSAGES_PER_SECOND_MAX) / MS_PER_SECOND
  allowance.messages = Math.min(MESSAGES_BURST_MAX, allowance.messages + regained)
  allowance.sinceMs = nowMs
  if (allowance.messages < 1) return false
  allowance.messages--
  return true
}
