import { definePlainErrors } from '@wadi/base/errors'

/** A command line that makes no sense; the context is what the reference's library says of it. */
export const errors = definePlainErrors('usage', {
  badFlag: 'a flag has no such value',
  unknownFlag: 'there is no such flag',
  unknownCommand: 'there is no such command',
  unsupported: 'the reference does this, and this program does not',
})
