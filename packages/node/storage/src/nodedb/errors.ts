/** What the callers of a node database can do wrong, with the reference's codes. */

import { defineErrors, definePlainErrors, UnavailableError } from '@wadi/base/errors'

export const errors = defineErrors('storage/mkvs/db', {
  nodeNotFound: [1, 'node not found in node db'],
  writeLogNotFound: [2, 'write log not found in node db'],
  notFinalized: [3, 'version is not yet finalized'],
  alreadyFinalized: [4, 'version has already been finalized'],
  rootNotFound: [8, 'root not found'],
  rootMustFollowOld: [9, 'root must follow old root'],
  badNamespace: [10, 'bad namespace'],
  notEarliest: [11, 'version is not the earliest version'],
  multipartInProgress: [13, 'multipart already in progress'],
  badMultipartVersion: [
    14,
    'operation called with different version than current multipart version',
  ],
  pruneLatest: [16, 'cannot prune latest version'],
})

/** The same, where the reference has no code. */
export const plainErrors = definePlainErrors('nodedb', {
  noRoots: 'need at least one root to finalize',
  mixedVersions: 'roots to finalize do not have the same version',
  twoRootsOfType: 'only one root of a type may be finalized',
  noChildRoots: 'roots of this type cannot have child roots',
  sameVersionChild: 'child roots in the same version are not supported',
  tooManyPending: 'too many batches wait for their version to be finalized',
  tooManyPieces: 'too many pieces of a restore',
  noteTooLong: 'note of a restored piece is too long',
  frameTooLarge: 'batch is too large',
})

/** A file does not say what it said when it was written. */
export function damagedError(path: string, what: string): UnavailableError {
  return new UnavailableError(
    'storage.damaged',
    `storage: ${path} is damaged (${what}); restore it from a copy, or start empty and sync again`,
  )
}
