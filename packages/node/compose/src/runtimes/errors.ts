import { definePlainErrors } from '@wadi/base/errors'

/** Why a bundle is not added to a node that runs. The reference gives these no codes. */
export const errors = definePlainErrors('runtimes', {
  badBundle: 'the bundle cannot be run',
  unwanted: 'the node does not want this version of a runtime',
})
