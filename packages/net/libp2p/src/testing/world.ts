/** A world for tests: real time, drawn randomness, no log. */

import { randomBytes } from 'node:crypto'
import { createLogger, SILENT } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import type { Libp2pWorld } from '../network.ts'

export function realWorld(): Libp2pWorld {
  return {
    clock: { unixMs: () => Date.now(), monotonicMs: () => performance.now() },
    timers: {
      after: (ms, run) => {
        const timer = setTimeout(run, ms)
        timer.unref()
        return { cancel: () => clearTimeout(timer) }
      },
    },
    random: { bytes: (size) => new Uint8Array(randomBytes(size)) },
    log: createLogger('libp2p', SILENT),
    metrics: new MetricsRegistry(),
  }
}
