/** What anybody may know of who is elected. */

import type { Parameters, Validator, Validators } from '@wadi/consensus/scheduler'
import type { Committee, CommitteeKind } from '@wadi/consensus/scheduler/committee'
import * as keys from '@wadi/consensus/scheduler/keys'
import type { Namespace } from '@wadi/primitives/namespace'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { has, type ReadableState, read, readExisting, valuesOf } from '../kernel/state.ts'

/** The scheduler's parameters. */
export function parametersOf(state: ReadableState): Parameters {
  return readExisting(state, keys.parameters)
}

/** A validator and its consensus key. */
export type ValidatorEntry = readonly [consensusKey: PublicKey, validator: Validator]

/** The entries of a map in which no rule leaves out a validator. */
export function entriesOfValidators(validators: Validators): readonly ValidatorEntry[] {
  return [...validators].filter((entry): entry is ValidatorEntry => entry[1] !== undefined)
}

/** Who validates, in the order of the consensus keys. */
export function currentValidatorsOf(state: ReadableState): readonly ValidatorEntry[] {
  const validators = read(state, keys.currentValidators)
  return validators === undefined ? [] : entriesOfValidators(validators)
}

/** Was somebody elected who is not yet in office? At the end of a block nobody is. */
export function hasPendingValidators(state: ReadableState): boolean {
  return has(state, keys.pendingValidators)
}

/** The committee of a kind that serves a runtime; undefined if there is none. */
export function committeeOf(
  state: ReadableState,
  kind: CommitteeKind,
  runtime: Namespace,
): Committee | undefined {
  return read(state, keys.committees, kind, runtime)
}

/** All committees, or those of one kind, in the order of their keys. */
export function committeesOf(state: ReadableState, kind?: CommitteeKind): readonly Committee[] {
  return kind === undefined
    ? [...valuesOf(state, keys.committees)]
    : [...valuesOf(state, keys.committees, kind)]
}
