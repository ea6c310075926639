/** What anybody may read of the ledger. */

import { zero } from '@wadi/cbor/codec'
import { Account, type Parameters } from '@wadi/consensus/staking'
import * as keys from '@wadi/consensus/staking/keys'
import type { Address } from '@wadi/primitives/address'
import { type Quantity, ZERO } from '@wadi/primitives/quantity'
import { type ReadableState, read, readExisting } from '../kernel/state.ts'

/** An account; nobody's is empty. */
export function accountOf(state: ReadableState, address: Address): Account {
  return read(state, keys.accounts, address) ?? zero(Account)
}

/** Staking's parameters. */
export function parametersOf(state: ReadableState): Parameters {
  return readExisting(state, keys.parameters)
}

/** All base units there are. */
export function totalSupplyOf(state: ReadableState): Quantity {
  return read(state, keys.totalSupply) ?? ZERO
}
