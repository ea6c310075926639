/** A step under way: a copy of the state that only this step sees, and the effects so far. */

import type { PoolEffect } from './effect.ts'
import type { PoolState } from './poolState.ts'
import { withSeen } from './seenCache.ts'

export interface PoolRun {
  readonly state: { -readonly [K in keyof PoolState]: PoolState[K] }
  readonly nowMs: number
  readonly effects: PoolEffect[]
}

/** Adds an effect. */
export function emit({ effects }: PoolRun, effect: PoolEffect): void {
  effects.push(effect)
}

/** Remembers a transaction, and when it was published last, if ever. */
export function notePublished(
  { state }: PoolRun,
  key: string,
  publishedMs: number | undefined,
): void {
  state.seen = withSeen(state.seen, key, publishedMs, state.config.seenMax)
}

/** Tells whoever submitted it that a transaction is refused, in the form of a check's result. */
export function refuse(run: PoolRun, ticket: number | undefined, message: string): void {
  if (ticket === undefined) return
  const error = { module: 'txpool', code: 1, message }
  emit(run, { kind: 'answer', ticket, outcome: { kind: 'refused', error } })
}
