import { definePlainErrors } from '@wadi/base/errors'

/** Everything that the decoder refuses. None has a code in the reference. */
export const errors = definePlainErrors('protobuf', {
  truncated: 'input ends early',
  overflow: 'varint too long',
  badTag: 'no such field number or wire type',
  wrongWireType: 'field of another wire type',
  endOfGroup: 'end of a group that did not begin',
  tooMany: 'too many elements',
  missingField: 'missing field',
  unknownName: 'no such value of an enumeration',
  noVariant: 'no variant is set',
  frameTooLarge: 'message too large for the stream',
  trailingBytes: 'bytes after the message',
})
