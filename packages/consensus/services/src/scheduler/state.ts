/** What the scheduler writes. */

import { keyedMap } from '@wadi/cbor/collections'
import type { Parameters, Validator, Validators } from '@wadi/consensus/scheduler'
import type { Committee, CommitteeKind } from '@wadi/consensus/scheduler/committee'
import * as keys from '@wadi/consensus/scheduler/keys'
import type { Namespace } from '@wadi/primitives/namespace'
import { PublicKey } from '@wadi/primitives/publicKey'
import { erase, read, type State, write } from '../kernel/state.ts'
import { entriesOfValidators, type ValidatorEntry } from './queries.ts'

function mapOfValidators(entries: readonly ValidatorEntry[]): Validators {
  return keyedMap<PublicKey, Validator | undefined>(PublicKey, entries)
}

/** Writes the parameters. */
export function setParameters(state: State, params: Parameters): void {
  write(state, keys.parameters, [], params)
}

/** Writes who validates. */
export function setCurrentValidators(state: State, entries: readonly ValidatorEntry[]): void {
  write(state, keys.currentValidators, [], mapOfValidators(entries))
}

/** Remembers until the end of the block who is to validate. */
export function setPendingValidators(state: State, entries: readonly ValidatorEntry[]): void {
  write(state, keys.pendingValidators, [], mapOfValidators(entries))
}

/** Who is to validate, which is forgotten; undefined if nobody was elected in this block. */
export function takePendingValidators(state: State): readonly ValidatorEntry[] | undefined {
  const pending = read(state, keys.pendingValidators)
  if (pending === undefined) return undefined
  erase(state, keys.pendingValidators)
  return entriesOfValidators(pending)
}

/** Writes a committee. */
export function setCommittee(state: State, committee: Committee): void {
  write(state, keys.committees, [committee.kind, committee.runtimeId], committee)
}

/** Dissolves a committee, if there is one. */
export function dropCommittee(state: State, kind: CommitteeKind, runtime: Namespace): void {
  erase(state, keys.committees, kind, runtime)
}
