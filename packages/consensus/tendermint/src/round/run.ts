/** A step under way: a copy of the state that only this step sees, and the effects so far. */

import type { Moment } from '@wadi/primitives/moment'
import type { Effect } from './effect.ts'
import type { RoundState } from './roundState.ts'
import { RoundStep } from './roundStep.ts'
import type { TraceEvent } from './trace.ts'

export interface Run {
  readonly state: { -readonly [K in keyof RoundState]: RoundState[K] }
  readonly now: Moment
  readonly effects: Effect[]
}

/** Adds an effect. */
export function emit({ effects }: Run, effect: Effect): void {
  effects.push(effect)
}

/** Tells logs and metrics what happened. */
export function trace({ state, effects }: Run, event: TraceEvent): void {
  const { height, round, step } = state
  effects.push({ kind: 'trace', trace: { ...event, height, round, step } })
}

/** Why an input did nothing; undefined if it did something. */
export type Ignored = string | undefined

/** The round is in another step, or another round begins. */
export function moveTo(run: Run, to: { readonly round: number; readonly step: RoundStep }): void {
  run.state.round = to.round
  run.state.step = to.step
}

/** Tells peers, and the log of the round, where we are. */
export function tellRoundStep({ state, effects }: Run): void {
  const { height, round, step, startTime, lastCommit } = state
  const lastCommitRound = lastCommit?.round ?? -1
  effects.push({ kind: 'tell-round-step', height, round, step, startTime, lastCommitRound })
}

/** Tells peers which block is agreed on, and which of its parts we have. */
export function tellValidBlock({ state, effects }: Run): void {
  const { height, round, step, proposalParts } = state
  if (proposalParts === undefined) return
  const { header, bits } = proposalParts
  const isCommit = step === RoundStep.commit
  const place = { height, round, partSetHeader: header, parts: bits }
  effects.push({ kind: 'tell-valid-block', ...place, isCommit })
}

/** Is a rule for this round, before this step, still to be applied? */
export function isBefore(run: Run, round: number, step: RoundStep): boolean {
  const { state } = run
  return state.round < round || (state.round === round && state.step < step)
}
