/** Calls of a node that may be away for a while: what only asks is asked again. */

import type { Clock } from '@wadi/base/clock'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import type { Timers } from '@wadi/base/timers'
import type { CallTransport } from '@wadi/grpc/call-transport'

/** So long a node may be away, as with the reference's workloads. */
export const PATIENCE_MS = 120_000
const RETRY_MS = 100
/** What changes something is not done twice without a look at what became of it. */
const SUBMITS = '/SubmitTx'

/** What waiting takes. */
export interface WaitingWorld {
  readonly clock: Clock
  readonly timers: Timers
}

/** Resolves later. */
export function pause({ timers }: Pick<WaitingWorld, 'timers'>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    timers.after(ms, resolve)
  })
}

/**
 * Says nothing about what was asked: the node is away, or cuts calls off because it has too many.
 * Node's HTTP/2 still counts calls that were given up and are not cleared away.
 */
export function isAway(error: unknown): boolean {
  if (error instanceof UnavailableError) return true
  return error instanceof CodedError && error.reason === 'grpc.resourceExhausted'
}

/** See the top of this file. */
export function patientTransport(inner: CallTransport, world: WaitingWorld): CallTransport {
  return {
    stream: (path, request, options) => inner.stream(path, request, options),
    async unary(path, request, options) {
      if (path.includes(SUBMITS)) return await inner.unary(path, request, options)
      const end = world.clock.monotonicMs() + PATIENCE_MS
      for (;;) {
        const left = Math.max(1, Math.ceil(end - world.clock.monotonicMs()))
        try {
          const waiting = { whenAway: 'wait', timeoutMs: left } as const
          return await inner.unary(path, request, { ...waiting, ...options })
        } catch (error) {
          if (!isAway(error)) throw error
          if (world.clock.monotonicMs() >= end || options?.signal?.aborted) throw error
        }
        await pause(world, RETRY_MS)
      }
    },
  }
}
