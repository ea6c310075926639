import { defineErrors } from '@wadi/base/errors'

/** What the control of a node refuses, with the reference's numbers. */
export const errors = defineErrors('control', {
  notImplemented: [1, 'not implemented'],
})
