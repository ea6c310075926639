/** What a node checks of the scheduler's section before it accepts a genesis document at all. */

import type { Genesis } from '@wadi/consensus/scheduler'
import type { Quantity } from '@wadi/primitives/quantity'
import { at } from '../kernel/documentPath.ts'
import { checkSupply } from './genesis.ts'
import { checkParameters } from './parameters.ts'

/** What the rest of the document and the node say. */
export interface GenesisTerms {
  readonly isDebug: boolean
  readonly totalSupply: Quantity
}

/**
 * Refuses a section from which no network could go on.
 * COMPAT(oasis-core): how many validators there must be is looked at only when the chain begins.
 */
export function checkGenesis({ params }: Genesis, terms: GenesisTerms): void {
  at('scheduler.params', () => checkParameters(params, terms))
  at('staking.total_supply', () => checkSupply(terms.totalSupply, params))
}
