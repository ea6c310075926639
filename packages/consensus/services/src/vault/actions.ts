/** What others may do to the vault. */

import type { Parameters } from '@wadi/consensus/vault'
import type { Context } from '../kernel/context.ts'
import { setParameters } from './state.ts'

/** An upgrade of the network is what enables the vault. */
export function replaceParameters({ state }: Context, params: Parameters): void {
  setParameters(state, params)
}
