/** What anybody may know of who is elected. */

import { keyedMap } from '@wadi/cbor/collections'
import type { Parameters, Validator } from '@wadi/consensus/scheduler'
import type { Committee, CommitteeKind } from '@wadi/consensus/scheduler/committee'
import * as keys from '@wadi/consensus/scheduler/keys'
import type { Namespace } from '@wadi/primitives/namespace'
import { PublicKey } from '@wadi/primitives/publicKey'
import { type ReadableState, read, readExisting, valuesOf } from '../kernel/state.ts'

/** The scheduler's parameters. */
export function parametersOf(state: ReadableState): Parameters {
  return readExisting(state, keys.parameters)
}

/** Who validates, with their consensus keys, in the order of these. */
export function currentValidatorsOf(
  state: ReadableState,
): readonly (readonly [consensusKey: PublicKey, validator: Validator])[] {
  const validators = read(state, keys.currentValidators) ?? keyedMap(PublicKey, [])
  return Array.from(validators).filter(
    (entry): entry is readonly [PublicKey, Validator] => entry[1] !== undefined,
  )
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
