/**
 * How a call ended. The house's errors carry the status in their `reason`: `grpc.notFound` is
 * status 5, whoever made it, so that an error which came from another server is passed on as it
 * came.
 */

import { CodedError, PLAIN_CODE, PLAIN_MODULE, UnavailableError } from '@wadi/base/errors'
import { decodeDetails, encodeDetails } from './statusDetails.ts'

/** The codes of gRPC. */
export const STATUS = {
  ok: 0,
  canceled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  outOfRange: 11,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  dataLoss: 15,
  unauthenticated: 16,
} as const

export type StatusName = keyof typeof STATUS

/** What the end of a call says. */
export interface Status {
  readonly code: number
  readonly message: string
  /** A `google.rpc.Status`, with what the error is in the reference's numbers. */
  readonly details?: Uint8Array
}

export const OK: Status = { code: STATUS.ok, message: '' }

const AREA = 'grpc.'
const NAMES = new Map<number, string>(Object.entries(STATUS).map(([name, code]) => [code, name]))
const CODES = new Map<string, number>(
  Object.entries(STATUS).map(([name, code]) => [AREA + name, code]),
)
/** Nobody did anything wrong: the call may be made again. */
const WORLDS_FAULT: ReadonlySet<string> = new Set(['canceled', 'deadlineExceeded', 'unavailable'])

function plainError(name: string, message: string): CodedError | UnavailableError {
  const reason = AREA + name
  if (WORLDS_FAULT.has(name)) return new UnavailableError(reason, message)
  return new CodedError(PLAIN_MODULE, PLAIN_CODE, reason, message)
}

/** An error with a status of its own. */
export function statusError(
  name: Exclude<StatusName, 'ok'>,
  message: string,
): CodedError | UnavailableError {
  return plainError(name, message)
}

/** What a client is told of an error; nothing if it is a bug of ours. */
export function statusOf(error: unknown): Status | undefined {
  if (error instanceof CodedError) {
    const { module, code, message, reason } = error
    const status = { code: CODES.get(reason) ?? STATUS.unknown, message }
    if (module === PLAIN_MODULE) return status
    return { ...status, details: encodeDetails(status, { module, code }) }
  }
  if (!(error instanceof UnavailableError)) return undefined
  return { code: CODES.get(error.reason) ?? STATUS.unavailable, message: error.message }
}

/** The error that a server told. */
export function errorOf({ code, message, details }: Status): CodedError | UnavailableError {
  const detail = details === undefined ? undefined : decodeDetails(details)
  const name = NAMES.get(code) ?? 'unknown'
  if (detail === undefined) return plainError(name, message)
  const { module, code: number } = detail
  const reason = code === STATUS.unknown ? `${module}.remote` : AREA + name
  return new CodedError(module, number, reason, message)
}
