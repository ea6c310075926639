/** Where an engine ends: whatever is thrown at one of its doors stops the node, and nothing else. */

import type { Reactor } from '@wadi/contracts/peers'
import type { Timer, Timers } from '@wadi/contracts/world'

/** Runs something; if it throws, the node stops. Gives undefined then, and ever after. */
export type Guard = <T>(work: () => T) => T | undefined

/** A guard that tells once of what was thrown, and lets nothing happen after it. */
export function createGuard(onFatal: (error: unknown) => void): Guard {
  let isOver = false
  return (work) => {
    if (isOver) return undefined
    try {
      return work()
    } catch (error) {
      isOver = true
      onFatal(error)
      return undefined
    }
  }
}

/** Timers whose work is guarded. */
export function guardedTimers(timers: Timers, guard: Guard): Timers {
  return { after: (ms, run): Timer => timers.after(ms, () => guard(run)) }
}

/** A reactor whose doors are guarded. */
export function guardedReactor(reactor: Reactor, guard: Guard): Reactor {
  const { name, channels } = reactor
  return {
    name,
    channels,
    addPeer: (peer) => guard(() => reactor.addPeer(peer)),
    removePeer: (peer) => guard(() => reactor.removePeer(peer)),
    receive: (peer, channel, message) => guard(() => reactor.receive(peer, channel, message)),
    drained: (peer, channel) => guard(() => reactor.drained?.(peer, channel)),
  }
}
