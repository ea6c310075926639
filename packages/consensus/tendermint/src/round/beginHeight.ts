import { equalBytes } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { addMilliseconds, type Moment, millisecondsBetween } from '@wadi/primitives/moment'
import { emptyHeightVotes } from './heightVotes.ts'
import type { ChainFacts, OwnSeat, RoundState } from './roundState.ts'
import { RoundStep } from './roundStep.ts'
import { emit, type Run, tellRoundStep, trace } from './run.ts'
import type { VoteSet } from './voteSet.ts'

/** What outlives a height. */
export type Lasting = Pick<RoundState, 'config' | 'ownAddress' | 'signsFromHeight' | 'commitTime'>

/** The state at the beginning of the height after the chain's last. */
export function heightState(
  lasting: Lasting,
  chain: ChainFacts,
  lastCommit: VoteSet | undefined,
  now: Moment,
): RoundState {
  const { config, ownAddress, signsFromHeight, commitTime } = lasting
  const { validators, lastBlockHeight, initialHeight } = chain
  assert(validators.proposer !== undefined, 'a height has validators')
  const height = lastBlockHeight === 0n ? initialHeight : lastBlockHeight + 1n
  return {
    config,
    chain,
    ownAddress,
    signsFromHeight,
    seat: height < signsFromHeight ? undefined : seatOf(chain, ownAddress),
    height,
    round: 0,
    step: RoundStep.newHeight,
    startTime: addMilliseconds(commitTime ?? now, config.timeoutCommitMs),
    commitTime,
    validators,
    proposal: undefined,
    proposalParts: undefined,
    proposalBlock: undefined,
    locked: undefined,
    valid: undefined,
    owed: { prevote: false, precommit: false },
    votes: emptyHeightVotes(height, validators),
    commitRound: undefined,
    isDecided: false,
    lastCommit,
    isPrecommitTimeoutSet: false,
    hasTransactions: false,
  }
}

/** Tells where we are, and has round 0 begin in time. */
export function announceHeight(run: Run): void {
  const { height, startTime } = run.state
  const step = RoundStep.newHeight
  trace(run, { what: 'entered', entered: step, why: 'block-applied' })
  tellRoundStep(run)
  const durationMs = Math.max(0, millisecondsBetween(run.now, startTime))
  emit(run, { kind: 'schedule', timeout: { durationMs, height, round: 0, step } })
}

function seatOf({ validators }: ChainFacts, address: Uint8Array | undefined): OwnSeat | undefined {
  if (address === undefined) return undefined
  const index = validators.validators.findIndex((validator) =>
    equalBytes(validator.address, address),
  )
  return index === -1 ? undefined : { address, index }
}
