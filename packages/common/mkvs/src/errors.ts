/** What can be wrong with input. The reference has no codes for these. */

import { definePlainErrors } from '@wadi/base/errors'

export const errors = definePlainErrors('mkvs', {
  keyTooLong: 'key is too long',
  valueTooLong: 'value is too long',
  badRecord: 'malformed node record',
  badNode: 'malformed node',
  badProof: 'invalid proof',
  badCheckpoint: 'invalid checkpoint',
  badChunk: 'invalid checkpoint chunk',
  badSnappy: 'malformed snappy stream',
  badProofVersion: 'unsupported proof version',
  uncommitted: 'the tree has changes that are not committed',
  rootMismatch: 'root does not match',
})
