/** The world of a test that starts real programs. */

import { createLogger, SILENT } from '@wadi/base/log'
import type { RandomSource } from '@wadi/base/random'
import type { Timers } from '@wadi/base/timers'
import { Namespace } from '@wadi/primitives/namespace'
import type { HostInformation } from '../connection/shakeHands.ts'
import type { HostWorld } from '../supervision/hostedProgram.ts'

/** The timers of the process. */
export const processTimers: Timers = {
  after(ms, run) {
    const handle = setTimeout(run, ms)
    return { cancel: () => clearTimeout(handle) }
  },
}

/** Draws zeros, so that waits are as short as they can be. */
const lowest: RandomSource = { bytes: (size) => new Uint8Array(size) }

/** Nothing here is a bug; the first one that happens is kept. */
export function testWorld(
  timers: Timers = processTimers,
): HostWorld & { readonly bugs: unknown[] } {
  const bugs: unknown[] = []
  return {
    clock: { unixMs: Date.now, monotonicMs: () => performance.now() },
    timers,
    random: lowest,
    log: createLogger('runtime', SILENT),
    onBug: (error) => bugs.push(error),
    bugs,
  }
}

/** What every runtime of the tests is told. */
export const testHost: HostInformation = {
  runtimeId: Namespace.zero,
  consensusChainContext: '00',
  localConfig: new Map(),
}
