/** What anybody may know of CHURP's schemes. */

import { zero } from '@wadi/cbor/codec'
import { Parameters, type Status } from '@wadi/consensus/churp'
import { errors } from '@wadi/consensus/churp/errors'
import * as keys from '@wadi/consensus/churp/keys'
import type { Namespace } from '@wadi/primitives/namespace'
import { type ReadableState, read, valuesOf } from '../kernel/state.ts'

/** CHURP's parameters; a network that began without them charges nothing. */
export function parametersOf(state: ReadableState): Parameters {
  return read(state, keys.parameters) ?? zero(Parameters)
}

/** Where a scheme of a key manager stands. */
export function statusOf(state: ReadableState, runtime: Namespace, id: number): Status | undefined {
  return read(state, keys.statuses, runtime, id)
}

/** Where a scheme of a key manager stands; keymanager/churp/1 if there is none. */
export function knownStatusOf(state: ReadableState, runtime: Namespace, id: number): Status {
  const status = statusOf(state, runtime, id)
  if (status === undefined) throw errors.noSuchStatus()
  return status
}

/** Where the schemes of a key manager stand, in order. */
export function statusesOf(state: ReadableState, runtime: Namespace): readonly Status[] {
  return [...valuesOf(state, keys.statuses, runtime)]
}

/** Where all schemes stand, in the order of their keys in the state. */
export function allStatusesOf(state: ReadableState): readonly Status[] {
  return [...valuesOf(state, keys.statuses)]
}
