import { definePlainErrors } from '@wadi/base/errors'

/** Files that are no configuration, whatever is in them. */
export const errors = definePlainErrors('configFile', {
  malformed: 'not a file of the configuration',
  tooLarge: 'larger than any file of the configuration',
})
