/** The machine that agrees on blocks: a state and something that happened make a state and effects. */

import type { Moment } from '@wadi/primitives/moment'
import type { Effect } from './effect.ts'
import type { Input, RoundStart } from './input.ts'
import type { RoundState } from './roundState.ts'

/** What comes of an input. */
export interface Stepped {
  readonly state: RoundState
  /** In the order in which they are to be carried out. */
  readonly effects: readonly Effect[]
}

/** The face of `startRounds`. */
export type StartRounds = (start: RoundStart, now: Moment) => Stepped

/** The face of `step`. */
export type Step = (state: RoundState, input: Input, now: Moment) => Stepped
