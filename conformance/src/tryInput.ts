/** What is wrong with the way in which a decoder took an input. */

import { getHeapStatistics } from 'node:v8'
import { CodedError } from '@wadi/base/errors'
import type { Decoder } from './decoders.ts'

/** No input of the sizes tried here may take longer, however bad it is and busy the machine. */
const CPU_MS_MAX = 4_000
/** Nor more memory: inputs are no larger than a few hundred kilobytes. */
const MEMORY_MB_MAX = 64

/** What objects and buffers take; less than that after the collector has run in between. */
function memoryMb(): number {
  const { used_heap_size: objects, external_memory: buffers } = getHeapStatistics()
  return (objects + buffers) / 1e6
}

/** Decodes an input: nothing to tell if that gives a value or a coded error, soon and in bounds. */
export function tryInput({ name, decode }: Decoder, input: Uint8Array): string | undefined {
  const begun = process.cpuUsage()
  const before = memoryMb()
  try {
    decode(input)
  } catch (error) {
    if (!(error instanceof CodedError)) return `${name} throws ${String(error)}`
  }
  const mb = memoryMb() - before
  const { user, system } = process.cpuUsage(begun)
  const ms = (user + system) / 1000
  if (ms > CPU_MS_MAX) return `${name} takes ${ms.toFixed(0)} ms`
  return mb > MEMORY_MB_MAX ? `${name} takes ${mb.toFixed(0)} MB` : undefined
}
