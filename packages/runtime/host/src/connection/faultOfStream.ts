/** What it says of a runtime that its stream ended as it did. */

import { CodedError, UnavailableError } from '@wadi/base/errors'
import { errors as cborErrors } from '@wadi/cbor/errors'
import type { RuntimeFault } from '@wadi/contracts/runtime-host'
import { errors as portErrors } from '@wadi/runtime-guest/errors'
import { RuntimeFaultError } from '../errors.ts'

const KINDS: ReadonlyMap<string, RuntimeFault['kind']> = new Map([
  [cborErrors.frameTooLarge().reason, 'oversized'],
  [portErrors.flood().reason, 'flood'],
])

/** Of whatever reading throws; undefined if it is a fault of ours. */
export function faultOfStream(error: unknown): RuntimeFault | undefined {
  if (error instanceof RuntimeFaultError) return error.fault
  if (error instanceof CodedError) {
    return { kind: KINDS.get(error.reason) ?? 'malformed', detail: error.message }
  }
  if (error instanceof UnavailableError || isOfSystem(error)) {
    return { kind: 'gone', detail: error.message }
  }
  return undefined
}

/** Errors of sockets have a code such as ECONNRESET. */
function isOfSystem(error: unknown): error is Error {
  return error instanceof Error && typeof (error as { code?: unknown }).code === 'string'
}
