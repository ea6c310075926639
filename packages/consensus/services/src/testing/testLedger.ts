/** A ledger in which a test begins. */

import { assert } from '@wadi/base/errors'
import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import * as beaconKeys from '@wadi/consensus/beacon/keys'
import type { GasCosts } from '@wadi/consensus/gas'
import {
  Account,
  GeneralAccount,
  Parameters,
  type SharePool,
  ThresholdKind,
} from '@wadi/consensus/staking'
import { type Address, stakingAddress } from '@wadi/primitives/address'
import { type Quantity, quantity } from '@wadi/primitives/quantity'
import type { Context } from '../kernel/context.ts'
import { write } from '../kernel/state.ts'
import { violations } from '../staking/invariants.ts'
import { accountOf } from '../staking/queries.ts'
import { setAccount, setCommonPool, setParameters, setTotalSupply } from '../staking/state.ts'
import { type TestOptions, testContext } from './testContext.ts'
import { testKey } from './testNodes.ts'

/** The account of the entity of a number. */
export function testAddress(n: number): Address {
  return stakingAddress(testKey(n))
}

/** Nobody in particular. */
export const alice: Address = testAddress(1)
/** Somebody else. */
export const bob: Address = testAddress(2)
/** A third one. */
export const carol: Address = testAddress(3)

/** All thresholds that a network must have, each of so many base units. */
export function thresholdsOf(amount: bigint): Parameters['thresholds'] {
  const kinds = Object.values(ThresholdKind.names)
  return keyedMap(
    ThresholdKind,
    kinds.map((kind) => [kind, quantity(amount)] as const),
  )
}

/** What a ledger begins with. */
export interface LedgerStart extends TestOptions {
  readonly params?: Partial<Parameters>
  readonly epoch?: bigint
  readonly commonPool?: bigint
  /** What alice and bob have; 100 each unless told otherwise. */
  readonly balances?: readonly (readonly [Address, bigint])[]
}

/** A context over a ledger that is sound; alice calls unless told otherwise. */
export function testLedger(start: LedgerStart = {}): Context {
  const { params = {}, epoch = 7n, commonPool = 1_000n, ...options } = start
  const balances: readonly (readonly [Address, bigint])[] = start.balances ?? [
    [alice, 100n],
    [bob, 100n],
  ]
  const ctx = testContext({ caller: alice, ...options })
  const { state } = ctx
  setParameters(state, make(Parameters, { thresholds: thresholdsOf(0n), ...params }))
  write(state, beaconKeys.currentEpoch, [], { epoch, height: 1n })
  let supply = commonPool
  for (const [address, balance] of balances) {
    const general = make(GeneralAccount, { balance: quantity(balance) })
    setAccount(state, address, make(Account, { general }))
    supply += balance
  }
  setCommonPool(state, quantity(commonPool))
  setTotalSupply(state, quantity(supply))
  return ctx
}

/** The same ledger, as somebody else sees it, and with nothing told so far. */
export function as(ctx: Context, changes: Partial<Context>): Context {
  return { ...ctx, events: [], ...changes }
}

/** Gas costs of one operation. */
export function costing(operation: string, gas: bigint): GasCosts {
  return keyedMap(text, [[operation, gas]])
}

/** What an account can spend. */
export function balanceOf({ state }: Context, address: Address): Quantity {
  return accountOf(state, address).general.balance
}

/** What is in an account's pools. */
export function poolsOf(
  { state }: Context,
  address: Address,
): { readonly active: SharePool; readonly debonding: SharePool } {
  const { active, debonding } = accountOf(state, address).escrow
  return { active, debonding }
}

/** A pool of base units and shares. */
export function pool(balance: bigint, totalShares: bigint): SharePool {
  return { balance: quantity(balance), totalShares: quantity(totalShares) }
}

/** The kinds of what was told, in order. */
export function toldBy({ events }: Context): readonly string[] {
  return events.map(({ attributes }) => attributes[0]!.key)
}

/** Fails unless everything holds that always should. */
export function checkSound({ state }: Context): void {
  const found = Array.from(
    violations(state),
    ({ invariant, details }) => `${invariant}: ${details}`,
  )
  assert(found.length === 0, found.join('\n'))
}
