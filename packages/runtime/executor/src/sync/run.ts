/** A step under way: a copy of the state that only this step sees, and the effects so far. */

import type { Header } from '@wadi/consensus/roothash/block'
import { ROOT_TYPE_IO, ROOT_TYPE_STATE, type Root } from '@wadi/mkvs/roots'
import { EMPTY_HASH } from '@wadi/primitives/hash'
import type { SyncEffect } from './effect.ts'
import type { SyncedRoots, SyncState } from './syncState.ts'

export interface SyncRun {
  readonly state: { -readonly [K in keyof SyncState]: SyncState[K] }
  readonly effects: SyncEffect[]
}

/** Adds an effect. */
export function emit({ effects }: SyncRun, effect: SyncEffect): void {
  effects.push(effect)
}

/** What of a block concerns storage. */
export function rootsOf({ round, ioRoot, stateRoot }: Header): SyncedRoots {
  return { round, ioRoot, stateRoot }
}

/** The tree of a round's inputs and outputs. */
export function ioRootOf({ state }: SyncRun, { round, ioRoot }: SyncedRoots): Root {
  const { namespace } = state.start
  return { namespace, version: round, type: ROOT_TYPE_IO, hash: ioRoot }
}

/** The state after a round. */
export function stateRootOf({ state }: SyncRun, { round, stateRoot }: SyncedRoots): Root {
  const { namespace } = state.start
  return { namespace, version: round, type: ROOT_TYPE_STATE, hash: stateRoot }
}

/** What a round's tree of inputs and outputs begins with: nothing, in the same round. */
export function emptyIoRoot({ state }: SyncRun, { round }: SyncedRoots): Root {
  const { namespace } = state.start
  return { namespace, version: round, type: ROOT_TYPE_IO, hash: EMPTY_HASH }
}

/** Local storage failed where no peer is to blame. */
export function stop(run: SyncRun, why: string): void {
  run.state.isStopped = true
  emit(run, { kind: 'stop', why })
}
