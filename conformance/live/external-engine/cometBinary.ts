/** The CometBFT binary for tests: where it has to be there, its absence is a failure. */

import { UnavailableError } from '@wadi/base/errors'
import { findComet as findBinary } from '@wadi/localnet/comet-binary'
import type { Program } from '../cbor/oracle.ts'

/** Finds or builds the binary. Where WADI_ENGINE_REQUIRED is set, it has to be there. */
export function findComet(): Program {
  const found = findBinary()
  if (found.missing !== false && process.env['WADI_ENGINE_REQUIRED'] !== undefined)
    throw new UnavailableError('live.noEngine', `${found.missing}, but it has to be there`)
  return found
}
