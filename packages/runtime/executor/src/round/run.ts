/** A step under way: a copy of the state that only this step sees, and the effects so far. */

import { assert } from '@wadi/base/errors'
import type { PoolState } from '../pool/poolState.ts'
import type { RoundEffect } from './effect.ts'
import type { Round, RoundState, Work } from './roundState.ts'

export interface Run {
  readonly state: { -readonly [K in keyof RoundState]: RoundState[K] }
  /** The pool of transactions, as it is before this step's effects. */
  readonly pool: PoolState
  readonly effects: RoundEffect[]
}

/** Why an input did nothing; undefined if it did something. */
export type Ignored = string | undefined

/** The round, for steps that are taken only within one. */
export function roundOf({ state }: Run): Round {
  assert(state.round !== undefined, 'round: there is one')
  return state.round
}

/** Changes the round. */
export function change(run: Run, changes: Partial<Round>): void {
  run.state.round = { ...roundOf(run), ...changes }
}

/** The node turns to something else. */
export function turnTo(run: Run, work: Work): void {
  change(run, { work })
}

export const WAITING: Work = { kind: 'waiting' }

/** Adds an effect. */
export function emit({ effects }: Run, effect: RoundEffect): void {
  effects.push(effect)
}

/** Tells logs and metrics what happened. */
export function trace(run: Run, what: string, rank?: bigint): void {
  const round = run.state.round?.number ?? 0n
  emit(run, { kind: 'trace', what, round, ...(rank !== undefined && { rank }) })
}

/** The number of the next call. */
export function nextId({ state }: Run): number {
  state.lastId++
  return state.lastId
}
