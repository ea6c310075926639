/** What CHURP writes. */

import type { Parameters, Status } from '@wadi/consensus/churp'
import * as keys from '@wadi/consensus/churp/keys'
import { type State, write } from '../kernel/state.ts'

/** Writes the parameters. */
export function setParameters(state: State, params: Parameters): void {
  write(state, keys.parameters, [], params)
}

/** Writes where a scheme stands. */
export function setStatus(state: State, status: Status): void {
  write(state, keys.statuses, [status.runtimeId, status.id], status)
}
