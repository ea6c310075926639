/** Where a node keeps what it has of its runtimes, seen from its own folder. */

import { toHex } from '@wadi/base/bytes'
import type { Namespace } from '@wadi/primitives/namespace'

/** A folder in it for each runtime, named by its identifier; and one for programs. */
export const RUNTIMES_FOLDER = 'runtimes'

/** What lies in the folder of a runtime. */
export const RUNTIME_PLACES = {
  /** Which rounds there were. */
  history: 'history',
  /** The state and what went in and out, round by round. */
  trees: 'trees',
  checkpoints: 'checkpoints',
  /** What its program has kept with the node: key managers their secrets. */
  local: 'local',
  /** What the node signed last in a round. */
  signed: 'signed.cbor',
} as const

/** The folder of a runtime. */
export function runtimeFolder(id: Namespace): string {
  return `${RUNTIMES_FOLDER}/${toHex(id)}`
}
