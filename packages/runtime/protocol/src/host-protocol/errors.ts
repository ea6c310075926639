import { definePlainErrors } from '@wadi/base/errors'

/** What neither side would read. */
export const errors = definePlainErrors('hostProtocol', {
  messageTooLarge: 'message too large for the other side',
})
