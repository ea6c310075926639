/** How much an address may withdraw in how many blocks, without state. */

import { make } from '@wadi/cbor/codec'
import { AddressState, type WithdrawPolicy } from '@wadi/consensus/vault'
import { add, type Quantity, ZERO } from '@wadi/primitives/quantity'

/** An address under another policy. What it has withdrawn counts on unless the interval changes. */
export function withPolicy(
  state: AddressState | undefined,
  withdrawPolicy: WithdrawPolicy,
): AddressState {
  const isKept = state?.withdrawPolicy.limitInterval === withdrawPolicy.limitInterval
  return make(AddressState, isKept ? { ...state, withdrawPolicy } : { withdrawPolicy })
}

/** The state after a withdrawal; undefined if it is too much. */
export function withdrawn(
  state: AddressState,
  height: bigint,
  amount: Quantity,
): AddressState | undefined {
  // COMPAT(oasis-core): nothing may be withdrawn also by whom the policy allows nothing.
  if (amount === 0n) return state
  const { limitAmount, limitInterval } = state.withdrawPolicy
  if (limitAmount === 0n || limitInterval === 0n) return undefined
  const bucket = height / limitInterval
  const sum = add(amount, state.bucket === bucket ? state.amount : ZERO)
  return sum > limitAmount ? undefined : { ...state, bucket, amount: sum }
}
