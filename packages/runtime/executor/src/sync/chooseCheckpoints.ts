/** Which of the checkpoints that peers offer are worth a try, and in which order. */

import { compareBytes, equalBytes } from '@wadi/base/bytes'
import { ROOT_TYPE_IO, ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { CHECKPOINTS_MAX, CHUNKS_MAX } from '../limits.ts'
import type { OfferedCheckpoint } from './input.ts'
import type { SyncedRoots, SyncStart } from './syncState.ts'

/** What a checkpoint is, once the block of its round is known. */
export type CheckpointVerdict = 'usable' | 'useless' | 'lie'

/** Those that may be of use, the newest first; of one round the one that most peers have. */
export function inOrder(
  offered: readonly OfferedCheckpoint[],
  { genesisRound, checkpoints, last }: SyncStart,
): readonly OfferedCheckpoint[] {
  const sane = offered.filter(({ root, chunks }) => {
    const { version } = root
    if (version < genesisRound || chunks.length === 0 || chunks.length > CHUNKS_MAX) return false
    // The first round has no inputs; some peers offer them all the same.
    if (version === genesisRound && root.type === ROOT_TYPE_IO) return false
    if (last !== undefined && version <= last.round) return false
    return checkpoints === 'wanted' || version === genesisRound
  })
  return sane.toSorted(compareCheckpoints).slice(0, CHECKPOINTS_MAX)
}

function compareCheckpoints(a: OfferedCheckpoint, b: OfferedCheckpoint): number {
  if (a.root.version !== b.root.version) return a.root.version > b.root.version ? -1 : 1
  if (a.peers.length !== b.peers.length) return b.peers.length - a.peers.length
  return compareBytes(a.root.hash, b.root.hash)
}

/** Compares a checkpoint with the roots that the consensus layer knows for its round. */
export function judgeCheckpoint(
  { root }: OfferedCheckpoint,
  namespace: Uint8Array,
  roots: SyncedRoots | undefined,
): CheckpointVerdict {
  if (roots === undefined) return 'useless'
  if (!equalBytes(root.namespace, namespace)) return 'lie'
  const expected = root.type === ROOT_TYPE_STATE ? roots.stateRoot : roots.ioRoot
  return equalBytes(root.hash, expected) ? 'usable' : 'lie'
}
