/** How an answer ends: what its header fields and its HTTP status say of the call. */

import { parseBase64 } from '@wadi/base/bytes'
import { CodedError, type UnavailableError } from '@wadi/base/errors'
import { errorOf, STATUS, type StatusName, statusError } from './status.ts'
import { unescapeText } from './statusText.ts'

/** What an answer means that no server of gRPC gives. */
const STATUS_OF_HTTP: Readonly<Record<number, Exclude<StatusName, 'ok'>>> = {
  400: 'internal',
  401: 'unauthenticated',
  403: 'permissionDenied',
  404: 'unimplemented',
  429: 'unavailable',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
}

/** The error of an answer that is none of gRPC's. */
export function errorOfHttpStatus(status: number): CodedError | UnavailableError {
  const name = STATUS_OF_HTTP[status] ?? 'unknown'
  return statusError(name, `grpc: the server answered with the HTTP status ${status}`)
}

/** Base64 may come without its padding. What cannot be read says nothing. */
function detailsOf(text: string | undefined): { readonly details?: Uint8Array } {
  if (text === undefined) return {}
  try {
    return { details: parseBase64(text.padEnd(Math.ceil(text.length / 4) * 4, '=')) }
  } catch (error) {
    if (error instanceof CodedError) return {}
    throw error
  }
}

/** The error that the fields at the end tell; undefined if all is well. */
export function errorOfTrailers(
  field: (name: string) => string | undefined,
): CodedError | UnavailableError | undefined {
  const said = field('grpc-status')
  const code = said === undefined ? STATUS.unknown : Number(said)
  if (code === STATUS.ok) return undefined
  const message = unescapeText(field('grpc-message') ?? '')
  return errorOf({ code, message, ...detailsOf(field('grpc-status-details-bin')) })
}
