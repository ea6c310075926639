import type { Timer } from '@wadi/base/timers'
import type { Peer } from '@wadi/contracts/peers'
import { type PeerRounds, UNKNOWN_ROUNDS } from '@wadi/tendermint/gossip/peerRounds'
import { GOSSIP_REPEAT_MS } from '../limits.ts'

/** A peer, what we know of it, and when to doubt that. */
export interface Listener {
  readonly peer: Peer
  known: PeerRounds
  /** What was sent before it moved last may be lost; it is sent again after so long. */
  movedAtMs: number
  repeatMs: number
  /** When it gets what it lacks. */
  relay: Timer | undefined
  /** When it gets parts of the block that it may be getting from others. */
  dataRelay: Timer | undefined
}

/** A peer that has said nothing yet. */
export function newListener(peer: Peer, movedAtMs: number): Listener {
  const timers = { relay: undefined, dataRelay: undefined }
  return { peer, known: UNKNOWN_ROUNDS, movedAtMs, repeatMs: GOSSIP_REPEAT_MS, ...timers }
}

/** It gets nothing more by itself. */
export function cancelRelays(listener: Listener): void {
  listener.relay?.cancel()
  listener.dataRelay?.cancel()
  listener.relay = undefined
  listener.dataRelay = undefined
}
