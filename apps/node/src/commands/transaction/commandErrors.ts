import { definePlainErrors } from '@wadi/base/errors'

/** What a command is told that cannot be done; the context is the sentence for the operator. */
export const errors = definePlainErrors('command', {
  badValue: 'a flag or an operand makes no sense',
  missingValue: 'a flag or an operand is missing',
  badFile: 'a file is not what it should be',
  unsupported: 'something is not supported',
})

/** Somebody was asked. */
export const answers = definePlainErrors('answer', {
  no: 'whoever was asked does not agree',
})
