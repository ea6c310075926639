/** Amounts that move. */

import type { Address } from '@wadi/primitives/address'
import type { Frame } from '../../frame/frame.ts'
import {
  type Amounts,
  amountsOf,
  type BaseUnits,
  type Denomination,
  U128_MAX,
} from '../../types/token.ts'
import { errors } from './errors.ts'
import { balances, totalSupplies } from './state.ts'
import { Burnt, Minted, Transferred } from './types.ts'

/** How much an account has. */
export function balanceOf({ store }: Frame, address: Address, denomination: Denomination): bigint {
  return balances.get(store, address, denomination) ?? 0n
}

/** All that an account has. */
export function balancesOf({ store }: Frame, address: Address): Amounts {
  return amountsOf(pairsOf(balances.entries(store, address)))
}

function pairsOf(entries: readonly (readonly [Uint8Array, bigint])[]) {
  return entries.map(([name, amount]) => [name as Denomination, amount] as const)
}

/** All there is of everything, in the order of the names. */
export function allSupplies({ store }: Frame): readonly (readonly [Denomination, bigint])[] {
  return pairsOf(totalSupplies.entries(store))
}

/** All there is of something. */
export function totalSupply({ store }: Frame, denomination: Denomination): bigint {
  return totalSupplies.get(store, denomination) ?? 0n
}

/** Adds to an account, and says nothing. */
export function addAmount(
  { store }: Frame,
  address: Address,
  { amount, denomination }: BaseUnits,
): void {
  if (amount === 0n) return
  const sum = (balances.get(store, address, denomination) ?? 0n) + amount
  if (sum > U128_MAX) throw errors.invalidArgument()
  balances.set(store, sum, address, denomination)
}

/** Takes from an account, and says nothing. */
export function subtractAmount(
  { store }: Frame,
  address: Address,
  { amount, denomination }: BaseUnits,
): void {
  if (amount === 0n) return
  const left = (balances.get(store, address, denomination) ?? 0n) - amount
  if (left < 0n) throw errors.insufficientBalance()
  balances.set(store, left, address, denomination)
}

/** Who pays whom. */
export interface Route {
  readonly from: Address
  readonly to: Address
}

/** Moves an amount. Where transactions are only looked at, nothing moves. */
export function transfer(frame: Frame, { from, to }: Route, amount: BaseUnits): void {
  if (frame.isCheckOnly || amount.amount === 0n) return
  subtractAmount(frame, from, amount)
  addAmount(frame, to, amount)
  frame.emit(Transferred, { from, to, amount })
}

/** Makes an amount. */
export function mint(frame: Frame, owner: Address, amount: BaseUnits): void {
  if (frame.isCheckOnly || amount.amount === 0n) return
  addAmount(frame, owner, amount)
  const sum = totalSupply(frame, amount.denomination) + amount.amount
  if (sum > U128_MAX) throw errors.invalidArgument()
  totalSupplies.set(frame.store, sum, amount.denomination)
  frame.emit(Minted, { owner, amount })
}

/** Destroys an amount. */
export function burn(frame: Frame, owner: Address, amount: BaseUnits): void {
  if (frame.isCheckOnly || amount.amount === 0n) return
  subtractAmount(frame, owner, amount)
  const left = totalSupply(frame, amount.denomination) - amount.amount
  if (left < 0n) throw errors.insufficientBalance()
  totalSupplies.set(frame.store, left, amount.denomination)
  frame.emit(Burnt, { owner, amount })
}
