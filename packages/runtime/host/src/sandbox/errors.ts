import { definePlainErrors } from '@wadi/base/errors'

/** Why a program is not put into a sandbox. */
export const errors = definePlainErrors('sandbox', {
  badProgram: 'malformed program',
  noLibrary: 'library not found',
  tooManyLibraries: 'too many libraries',
})
