/** What somebody can do whose network has come to an upgrade that this program cannot do. */

import { UnavailableError } from '@wadi/base/errors'
import { StopForUpgrade } from '@wadi/consensus-services/kernel/upgrader'

const BACK =
  'go back to a block before it with wadi localnet rewind --height <number>, or to a snapshot ' +
  'with wadi localnet restore <name>, or begin anew with --fresh; with --engine cometbft only the last'

/** Says so of what ended a network for an upgrade, or keeps it from starting afterwards. */
export function withUpgradeRemedy(error: unknown): unknown {
  const isStop = error instanceof StopForUpgrade
  const isNext = error instanceof UnavailableError && error.reason === 'upgrade.wrongProgram'
  if (!isStop && !isNext) return error
  // Some of the upgrades that this program can do begin with a restart.
  const again = isStop ? 'start it again if this program can do that one, else ' : ''
  // What is to be done with one node alone is in the message of the error, not in its cause.
  const { message } = error.cause instanceof UnavailableError ? error.cause : error
  const why = `the network has come to an upgrade (${message}): ${again}${BACK}`
  return new UnavailableError('localnet.upgrade', why, { cause: error })
}
