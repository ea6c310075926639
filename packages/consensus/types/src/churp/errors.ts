import { defineErrors } from '@wadi/base/errors'

/** What CHURP refuses, with the reference's numbers. */
export const errors = defineErrors(
  'keymanager/churp',
  {
    noSuchStatus: [1, 'no such status'],
  },
  { title: 'keymanager: churp' },
)
