/** What is wrong with the way in which a decoder took an input. */

import { CodedError } from '@wadi/base/errors'
import type { Decoder } from './decoders.ts'

/** No input of the sizes tried here may take longer, however bad it is and busy the machine. */
const CPU_MS_MAX = 4_000

/** Decodes an input: nothing to tell if that gives a value or a coded error, and soon. */
export function tryInput({ name, decode }: Decoder, input: Uint8Array): string | undefined {
  const begun = process.cpuUsage()
  try {
    decode(input)
  } catch (error) {
    if (!(error instanceof CodedError)) return `${name} throws ${String(error)}`
  }
  const { user, system } = process.cpuUsage(begun)
  const ms = (user + system) / 1000
  return ms > CPU_MS_MAX ? `${name} takes ${ms.toFixed(0)} ms` : undefined
}
