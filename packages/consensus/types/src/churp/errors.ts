/** What CHURP refuses, with the reference's numbers. */

import { defineErrors } from '@wadi/base/errors'

export const errors = defineErrors('keymanager/churp', {
  noSuchStatus: [1, 'no such status'],
})
