/** What a caller of a store can do wrong. None of it has a code in the reference. */

import { definePlainErrors, UnavailableError } from '@wadi/base/errors'

export const errors = definePlainErrors('kv', {
  keyTooLong: 'key is too long',
  valueTooLong: 'value is too long',
  batchTooLarge: 'batch is too large',
  badRange: 'range is not one range',
})

/** The store was closed while somebody still used it, as happens in a shutdown. */
export function closedError(what: string): UnavailableError {
  return new UnavailableError('kv.closed', `kv: ${what} is closed`)
}

/** Too many snapshots are open: somebody forgot to close theirs, or the node is overloaded. */
export function tooManySnapshotsError(maximum: number): UnavailableError {
  return new UnavailableError(
    'kv.tooManySnapshots',
    `kv: ${maximum} snapshots are open already; close one before opening another`,
  )
}
