/** Peers that do not give what they have: the reference's flags for storage. */

import { unreachable } from '@wadi/base/errors'
import type { WriteLog } from '@wadi/mkvs/roots'

/** How a diff is served by who does not keep to the protocol. */
export type DiffMisdeed =
  /** Says that it has nothing. */
  | 'fail-read'
  /** Gives something else; whoever applies it sees that by the root. */
  | 'corrupt-diff'

/** What a liar serves in place of a diff; undefined for nothing. */
export function serveDiffAs(misdeed: DiffMisdeed, diff: WriteLog): WriteLog | undefined {
  switch (misdeed) {
    case 'fail-read':
      return undefined
    case 'corrupt-diff':
      return [...diff.slice(1), [Uint8Array.of(0x66), Uint8Array.of(0x6f)]]
    default:
      return unreachable(misdeed, 'misdeed')
  }
}
