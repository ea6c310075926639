/** Asks a node for all that it knows of a round. */

import { HEADER_TYPES } from '@wadi/consensus/roothash/block'
import type { Namespace } from '@wadi/primitives/namespace'
import { ROUND_BLOCKS_MAX } from '../limits.ts'
import { roundPayments, roundPenalties } from './consequences.ts'
import { findRound, type RoundDesk, type StateAt } from './findRound.ts'
import { membersAt } from './members.ts'
import type { RoundEnd, RoundFacts } from './roundFacts.ts'
import { momentAt, roundSteps } from './roundSteps.ts'

async function endOf(
  desk: RoundDesk,
  id: Namespace,
  { height, state }: StateAt,
): Promise<RoundEnd> {
  const isNormal = state.lastBlock?.header.headerType === HEADER_TYPES.normal
  const query = { runtimeId: id, height }
  const results = isNormal ? await desk.rootHash.getLastRoundResults(query) : undefined
  return { ...(await momentAt(desk, height)), state, results }
}

/** Which blocks of a round are looked through: those that are kept, and the last ones of many. */
export function lookedThrough(
  beganAt: bigint,
  last: bigint,
  firstKept: bigint,
): { readonly first: bigint; readonly isWhole: boolean } {
  const bounded = last - BigInt(ROUND_BLOCKS_MAX) + 1n
  const first = [beganAt + 1n, firstKept, bounded].reduce((a, b) => (a > b ? a : b))
  return { first, isWhole: first === beganAt + 1n }
}

/** The facts of a round, of the one that ended last if none is named. */
export async function gatherRound(
  desk: RoundDesk,
  id: Namespace,
  asked: bigint | undefined,
): Promise<RoundFacts> {
  const span = await findRound(desk, id, asked)
  const { round, beganAt, during, after, firstKept } = span
  const last = after?.height ?? during.height
  // Nothing happens in most blocks of a round that takes long: it waits for a transaction.
  const { first, isWhole } = lookedThrough(beganAt, last, firstKept)
  const { committee } = during.state
  const [members, steps] = await Promise.all([
    membersAt(desk, during.height, { committee, round }),
    roundSteps(desk, { id, round }, { first, last }),
  ])
  const began =
    beganAt < firstKept ? { height: beganAt, time: undefined } : await momentAt(desk, beganAt)
  return {
    round,
    began,
    end: after && (await endOf(desk, id, after)),
    state: during.state,
    members,
    steps,
    payments: await roundPayments(desk, span, { members, steps }),
    penalties: await roundPenalties(desk, span, { members, id }),
    lookedFrom: isWhole ? undefined : first,
  }
}
