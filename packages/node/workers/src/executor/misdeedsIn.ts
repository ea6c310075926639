/** Executors that do not keep to the protocol in some rounds, for tests of others. */

import { type Misdeed, misbehave } from '@wadi/runtime-executor/byzantine/misdeeds'
import type { ExecutorEffect } from '@wadi/runtime-executor/executor'

/** What an executor does against the protocol in a round. */
export type MisdeedsIn = (round: bigint) => readonly Misdeed[]

/** What it does in place of what an honest node would do. */
export function misbehaveIn(
  misdeedsIn: MisdeedsIn,
  effects: readonly ExecutorEffect[],
): readonly ExecutorEffect[] {
  return effects.flatMap((effect) => {
    const round = roundOf(effect)
    return round === undefined ? [effect] : misbehave(misdeedsIn(round), [effect])
  })
}

/** Of what others are told; everything else stays in the node. */
function roundOf(effect: ExecutorEffect): bigint | undefined {
  if (effect.kind === 'propose') return effect.proposal.header.round
  return effect.kind === 'commit' ? effect.commitment.header.header.round : undefined
}
