/** What a node checks of roothash's section before it accepts a genesis document at all. */

import { toHex } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import type { Genesis } from '@wadi/consensus/roothash'
import { at } from '../kernel/documentPath.ts'
import { checkParameters } from './messages.ts'

/** The reference panics at null. */
export const errors = definePlainErrors('roothashGenesisChecks', {
  null: 'null instead of a value',
})

/** Refuses a section from which no network could go on. Any round and any root will do. */
export function checkGenesis(
  { params, runtimeStates }: Genesis,
  terms: { readonly isDebug: boolean },
): void {
  at('roothash.params', () => checkParameters(params, terms))
  for (const [id, state] of runtimeStates)
    if (state === undefined) throw errors.null(`roothash.runtime_states.${toHex(id)}`)
}
