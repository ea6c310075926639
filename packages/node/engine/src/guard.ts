/**
 * Where an engine ends: whatever is thrown at one of its doors stops the node, and nothing else.
 */

import type { Timer, Timers } from '@wadi/base/timers'
import type { Reactor } from '@wadi/contracts/peers'
import type { PrivateValidator } from './signing/privateValidator.ts'

/** Runs something; if it throws, the node stops. Gives undefined then, and ever after. */
export interface Guard {
  <T>(work: () => T): T | undefined
  /** Nothing runs any more. */
  end(): void
}

/**
 * A guard that tells of what was thrown, and lets nothing happen after it; only if it is answered
 * with `goes-on`, others still may do something.
 */
export function createGuard(onFatal: (error: unknown) => unknown): Guard {
  let isOver = false
  const guard = <T>(work: () => T): T | undefined => {
    if (isOver) return undefined
    try {
      return work()
    } catch (error) {
      if (isOver) return undefined
      isOver = true
      if (onFatal(error) === 'goes-on') isOver = false
      return undefined
    }
  }
  const end = (): void => {
    isOver = true
  }
  return Object.assign(guard, { end })
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

/** A signer whose answers are guarded: they may come from anywhere, at any time. */
export function guardedValidator(validator: PrivateValidator, guard: Guard): PrivateValidator {
  return {
    publicKey: validator.publicKey,
    get lastSignedHeight() {
      return validator.lastSignedHeight
    },
    signVote: (chainId, vote, done) =>
      validator.signVote(chainId, vote, (answer) => guard(() => done(answer))),
    signProposal: (chainId, proposal, done) =>
      validator.signProposal(chainId, proposal, (answer) => guard(() => done(answer))),
  }
}
