/** Commands whose exit code says something, and whose failure must say something else. */

import { CodedError, isTold } from '@wadi/base/errors'
import type { CommandWorld } from '@wadi/node-config/command'

/** COMPAT(oasis-core): the node could not be asked; 1 would be its answer. */
const UNKNOWN = 128

/** Runs it; where that fails, says why and answers 128. */
export async function orUnknown(
  world: Pick<CommandWorld, 'err'>,
  run: () => Promise<number>,
): Promise<number> {
  try {
    return await run()
  } catch (error) {
    if (!isTold(error)) throw error
    const sentence = error instanceof CodedError ? (error.context ?? error.message) : error.message
    world.err.write(`Error: ${sentence}\n`)
    return UNKNOWN
  }
}
