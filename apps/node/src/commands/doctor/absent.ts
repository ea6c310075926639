/** Questions about what may not be there. */

import { CodedError } from '@wadi/base/errors'
import { errors as keyManagerErrors } from '@wadi/consensus/keymanager/errors'
import { errors as registryErrors } from '@wadi/consensus/registry/errors'
import { errors as roothashErrors } from '@wadi/consensus/roothash/errors'

const ABSENT = [
  registryErrors.noSuchNode(),
  registryErrors.noSuchEntity(),
  registryErrors.noSuchRuntime(),
  roothashErrors.invalidRuntime(),
  keyManagerErrors.noSuchStatus(),
]

/** What the state does not have is undefined. */
export async function orNothing<A>(answer: Promise<A>): Promise<A | undefined> {
  try {
    return await answer
  } catch (error) {
    const isAbsent = (one: CodedError) =>
      error instanceof CodedError && error.module === one.module && error.code === one.code
    if (ABSENT.some(isAbsent)) return undefined
    throw error
  }
}
