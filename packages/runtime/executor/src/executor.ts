/**
 * A compute node of a runtime: the machine of rounds and the pool of transactions, as one machine.
 * What one tells the other goes to and fro here; everything else is for the shell.
 */

import type { PoolEffect } from './pool/effect.ts'
import type { PoolInput } from './pool/input.ts'
import { type PoolConfig, type PoolState, startPool } from './pool/poolState.ts'
import { stepPool } from './pool/step.ts'
import type { RoundEffect } from './round/effect.ts'
import type { RoundInput, SignedRecord } from './round/input.ts'
import { type RoundConfig, type RoundState, startRounds } from './round/roundState.ts'
import { stepRound } from './round/step.ts'

export interface ExecutorState {
  readonly pool: PoolState
  readonly round: RoundState
}

/** Something that happened, and to whom it is told. */
export type ExecutorInput =
  | { readonly to: 'pool'; readonly input: PoolInput }
  | { readonly to: 'round'; readonly input: RoundInput }

/** What is left for the shell. */
export type ExecutorEffect =
  | Exclude<RoundEffect, { readonly kind: 'pool' }>
  | Exclude<PoolEffect, { readonly kind: 'available' }>

export interface ExecutorStepped {
  readonly state: ExecutorState
  /** In the order in which they are to be carried out. */
  readonly effects: readonly ExecutorEffect[]
}

/** A node that has just started. */
export function startExecutor(
  config: RoundConfig,
  signedBefore: SignedRecord | undefined,
  pool?: PoolConfig,
): ExecutorState {
  return { pool: startPool(pool), round: startRounds(config, signedBefore) }
}

/** What comes of an input; what a block means for both is told to both. */
export function stepExecutor(
  given: ExecutorState,
  input: ExecutorInput,
  nowMs: number,
): ExecutorStepped {
  let state = given
  const effects: ExecutorEffect[] = []
  const waiting: ExecutorInput[] = [...sharedWithPool(input), input]
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (next.to === 'pool') {
      const { state: pool, effects: wanted } = stepPool(state.pool, next.input, nowMs)
      state = { ...state, pool }
      for (const effect of wanted) {
        if (effect.kind !== 'available') effects.push(effect)
        else waiting.push(toRound({ kind: 'transactions', inputs: effect.inputs }))
      }
      continue
    }
    const { state: round, effects: wanted } = stepRound(state.round, next.input, state.pool)
    state = { ...state, round }
    for (const effect of wanted) {
      if (effect.kind !== 'pool') effects.push(effect)
      else waiting.push({ to: 'pool', input: effect.input })
    }
    if (next.input.kind === 'new-block') waiting.push(toRound({ kind: 'wake' }))
  }
  return { state, effects }
}

const toRound = (input: RoundInput): ExecutorInput => ({ to: 'round', input })

/** What the pool has to know of what is told to the round. */
function sharedWithPool({ to, input }: ExecutorInput): readonly ExecutorInput[] {
  if (to !== 'round') return []
  switch (input.kind) {
    case 'new-block': {
      const { header, inMessages, runtime } = input.base
      const batchSizeBytesMax = runtime.txnScheduler.maxBatchSizeBytes
      const block = { kind: 'block', round: header.round, inMessages, batchSizeBytesMax } as const
      return [{ to: 'pool', input: block }]
    }
    case 'round-synced':
      return [{ to: 'pool', input: { kind: 'synced', round: input.round } }]
    case 'runtime-status': {
      const isReady = input.initialBatchSize !== undefined
      return [{ to: 'pool', input: { kind: 'runtime', isReady } }]
    }
    default:
      return []
  }
}
