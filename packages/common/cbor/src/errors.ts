import { definePlainErrors } from '@wadi/base/errors'
import { EXCERPT_SIZE_MAX } from './limits.ts'

/** Everything that the decoders refuse. None has a code in the reference. */
export const errors = definePlainErrors('cbor', {
  truncated: 'input ends early',
  malformed: 'malformed item',
  indefiniteLength: 'indefinite length',
  tag: 'tag',
  tooDeep: 'nested too deeply',
  tooMany: 'too many elements',
  wrongType: 'item of another type',
  outOfRange: 'integer out of range',
  wrongLength: 'byte string of the wrong length',
  badUtf8: 'text is not UTF-8',
  badTime: 'not a time',
  duplicateKey: 'duplicate map key',
  unknownField: 'unknown field',
  missingField: 'missing field',
  missingVersion: 'missing or invalid version',
  unknownVersion: 'unknown version',
  unknownVariant: 'unknown variant',
  noVariant: 'no variant is set',
  severalVariants: 'several variants are set',
  notMinimal: 'integer or length is not in its shortest form',
  notSorted: 'map keys are not in canonical order',
  trailingBytes: 'bytes after the item',
  badJson: 'malformed JSON',
  wrongJsonType: 'JSON value of another type',
  unknownName: 'no such name',
  noJsonForm: 'no JSON form',
  frameTooLarge: 'message too large for the stream',
})

/** The beginning of what the input says: a message does not grow with the input. */
export function excerpt(text: string): string {
  return text.length > EXCERPT_SIZE_MAX ? `${text.slice(0, EXCERPT_SIZE_MAX)}…` : text
}
