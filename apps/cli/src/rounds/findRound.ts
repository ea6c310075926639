/** Where a round began and ended: a node answers by height, and people ask by round. */

import { CodedError } from '@wadi/base/errors'
import type { RuntimeState } from '@wadi/consensus/roothash'
import type { Namespace } from '@wadi/primitives/namespace'
import type { NodeClient } from '@wadi/sdk/node-client'
import { errors } from '../errors.ts'

/** What of a node this needs. */
export type RoundDesk = Pick<
  NodeClient,
  'consensus' | 'registry' | 'rootHash' | 'scheduler' | 'staking'
>

/** A state of the runtime after a block, whose last block is known to be there. */
export interface StateAt {
  readonly height: bigint
  readonly state: RuntimeState
  readonly lastRound: bigint
}

/** Between which heights a round was. */
export interface RoundSpan {
  readonly round: bigint
  /** The block in which the round before ended. */
  readonly beganAt: bigint
  /** While it went on; before the block in which it ended. */
  readonly during: StateAt
  /** After the block in which it ended; nothing if it goes on. */
  readonly after: StateAt | undefined
  /** The first block that the node has kept. */
  readonly firstKept: bigint
}

/** The reference's code for a runtime that is not there. */
const UNKNOWN_RUNTIME = { module: 'roothash', code: 3 }
/** Before there was a runtime, and so before any of its rounds. */
const NO_ROUND = -1n

async function stateAt(desk: RoundDesk, runtimeId: Namespace, height: bigint): Promise<StateAt> {
  const state = await desk.rootHash.getRuntimeState({ runtimeId, height })
  return { height, state, lastRound: state.lastBlock?.header.round ?? NO_ROUND }
}

async function lastRoundAt(desk: RoundDesk, id: Namespace, height: bigint): Promise<bigint> {
  try {
    return (await stateAt(desk, id, height)).lastRound
  } catch (error) {
    const { module, code } = UNKNOWN_RUNTIME
    if (error instanceof CodedError && error.module === module && error.code === code)
      return NO_ROUND
    throw error
  }
}

/** The first height of those after `low` at whose end the round is over; it is so at `high`. */
async function firstHeightOf(
  desk: RoundDesk,
  { id, round }: { readonly id: Namespace; readonly round: bigint },
  range: { low: bigint; high: bigint },
): Promise<bigint> {
  let { low, high } = range
  while (high - low > 1n) {
    const middle = (low + high) / 2n
    if ((await lastRoundAt(desk, id, middle)) >= round) high = middle
    else low = middle
  }
  return high
}

function checkRound(round: bigint, { state, lastRound }: StateAt): void {
  if (round > lastRound + 1n)
    throw errors.notFound(
      `round ${round} has not begun: the last one that ended is ${lastRound}; ask for that one, or wait`,
    )
  const first = state.genesisBlock?.header.round ?? 0n
  if (round > first) return
  throw errors.notFound(
    `round ${first} is what the ParaTime began with, and nobody worked on it; ask for one from ${first + 1n} to ${lastRound}`,
  )
}

/** The span of a round, of the one that ended last if none is named. */
export async function findRound(
  desk: RoundDesk,
  id: Namespace,
  asked: bigint | undefined,
): Promise<RoundSpan> {
  const { latestHeight, lastRetainedHeight } = await desk.consensus.getStatus()
  const latest = await stateAt(desk, id, latestHeight)
  const firstKept = lastRetainedHeight
  const round = asked ?? latest.lastRound
  checkRound(round, latest)
  const beganAt = latest.state.lastBlockHeight
  if (round > latest.lastRound)
    return { round, beganAt, during: latest, after: undefined, firstKept }
  if ((await lastRoundAt(desk, id, firstKept)) >= round)
    throw errors.notFound(
      `round ${round} ended before block ${firstKept}, the first one that the node has kept; ask a node that keeps more`,
    )
  const height = await firstHeightOf(desk, { id, round }, { low: firstKept, high: beganAt })
  const after = await stateAt(desk, id, height)
  const during = await stateAt(desk, id, height - 1n)
  if (during.lastRound + 1n === round && after.lastRound === round)
    return { round, beganAt: during.state.lastBlockHeight, during, after, firstKept }
  throw errors.notFound(
    `round ${round} is one of several that ended in block ${height}, of which nodes know the last one only; ask for round ${after.lastRound}`,
  )
}
