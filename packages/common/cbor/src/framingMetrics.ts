/** What is counted of messages on streams, under the reference's names. */

import { defineMetrics, type MetricsRegistry, summary } from '@wadi/base/metrics'

export const framingMetrics = defineMetrics('framing', {
  size: summary('CBOR codec message size (bytes).', {
    name: 'oasis_codec_size',
    labels: ['call', 'module'],
  }),
})

/** Hears how large the messages of streams are. */
export interface FrameCounter {
  read(size: number): void
  written(size: number): void
}

/** Counts the messages of all streams of a kind; the reference has a name for it. */
export function countFrames(registry: MetricsRegistry, module: string): FrameCounter {
  const { size } = registry.registerOnce(framingMetrics)
  return {
    read: (bytes) => size.observe(bytes, { call: 'read', module }),
    written: (bytes) => size.observe(bytes, { call: 'write', module }),
  }
}
