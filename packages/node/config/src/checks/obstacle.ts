/** What keeps a node from starting, told before anything is touched. */

import { describePlace } from '@wadi/base/configPlace'
import { filePlace, type Sources } from '@wadi/base/configSources'
import { UnavailableError } from '@wadi/base/errors'

/** What a check knows beside the configuration. */
export interface CheckContext {
  /** Where the values of the configuration come from. */
  readonly sources: Sources
  /** Was `--debug.dont_blame_oasis` given? */
  readonly isForTests: boolean
  /** Was `--debug.test_entity` given, and taken? */
  readonly hasTestEntity: boolean
  /** The user that runs the process; `undefined` where there are none. */
  readonly userId: number | undefined
}

/** An obstacle at a key: `file:line:column: key: what; remedy`. */
export function obstacle(
  reason: string,
  { sources }: Pick<CheckContext, 'sources'>,
  key: string,
  sentence: string,
): UnavailableError {
  const place = describePlace(filePlace(sources, key))
  return new UnavailableError(`obstacle.${reason}`, `${place}: ${sentence}`)
}

/** The code of an error of the system, such as `ENOENT`; `undefined` for any other error. */
export function systemCode(error: unknown): string | undefined {
  const isCoded = typeof error === 'object' && error !== null && 'code' in error
  return isCoded && typeof error.code === 'string' ? error.code : undefined
}
