/** Light clients of nodes of a test. */

import type { Clock } from '@wadi/base/clock'
import type { Timers } from '@wadi/base/timers'
import type { CallTransport } from '@wadi/grpc/call-transport'
import { createLightNode, type LightNode, type LightNodeOptions } from '../light/lightNode.ts'
import type { ApplicationChain } from './applicationChain.ts'

/** A while after the blocks of a chain of a test, which come every second. */
export const testClock: Clock = { unixMs: () => 1_701_000_000_000, monotonicMs: () => 0 }

/** Waits for nothing. */
export const hastyTimers: Timers = {
  after(_ms, run) {
    const handle = setImmediate(run)
    return { cancel: () => clearImmediate(handle) }
  },
}

/** A light client that knows the first block. */
export function lightNodeOf(
  chain: ApplicationChain,
  transports: readonly CallTransport[],
  options: Partial<LightNodeOptions> = {},
): LightNode {
  return createLightNode({
    transports,
    chainContext: chain.chainContext,
    trust: { height: 1n, hash: chain.hashAt(1n) },
    clock: testClock,
    timers: hastyTimers,
    ...options,
  })
}
