import { UnavailableError } from '@wadi/base/errors'

/** Whoever asked has stopped meanwhile. */
export function notWanted(): UnavailableError {
  return new UnavailableError('asked.aborted', 'nobody waits for it any more')
}
