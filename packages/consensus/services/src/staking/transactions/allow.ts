import { equalBytes } from '@wadi/base/bytes'
import { type KeyedMap, withEntry, withoutEntry } from '@wadi/cbor/collections'
import type { Account, Parameters } from '@wadi/consensus/staking'
import { errors } from '@wadi/consensus/staking/errors'
import type { Allow } from '@wadi/consensus/staking/methods'
import type { Address } from '@wadi/primitives/address'
import { add, minimum, type Quantity, subtract, ZERO } from '@wadi/primitives/quantity'
import { isReservedAddress } from '@wadi/primitives/reservedAddresses'
import type { Context } from '../../kernel/context.ts'
import { emit } from '../../kernel/events.ts'
import { endsCheck, endsSimulation, useGas } from '../../kernel/method.ts'
import { accountOf, parametersOf, totalSupplyOf } from '../queries.ts'
import { setAccount } from '../state.ts'

/** Who may withdraw how much. */
type Allowances = KeyedMap<Address, Quantity>

/** Are there any allowances on this network? */
export function hasAllowances({ disableTransfers, maxAllowances }: Parameters): boolean {
  return !disableTransfers && maxAllowances > 0
}

/** The account with other allowances. */
export function withAllowances(account: Account, allowances: Allowances): Account {
  return { ...account, general: { ...account.general, allowances } }
}

/** The allowances with another one; one of nothing leaves no entry. */
export function withAllowance(map: Allowances, to: Address, allowance: Quantity): Allowances {
  return allowance === 0n ? withoutEntry(map, to) : withEntry(map, to, allowance)
}

/** staking.Allow: raises or lowers what somebody may withdraw from the caller. */
export function allow(ctx: Context, { beneficiary, negative, amountChange }: Allow): void {
  if (endsCheck(ctx)) return
  const { state, caller: owner } = ctx
  const params = parametersOf(state)
  useGas(ctx, params.gasCosts, 'allow')
  if (endsSimulation(ctx)) return

  if (!hasAllowances(params)) throw errors.forbidden()
  if (isReservedAddress(owner) || isReservedAddress(beneficiary)) throw errors.forbidden()
  if (equalBytes(owner, beneficiary)) throw errors.invalidArgument()
  const account = accountOf(state, owner)
  const { allowances } = account.general
  const before = allowances.get(beneficiary) ?? ZERO
  const change = negative ? minimum(before, amountChange) : amountChange
  const allowance = negative ? subtract(before, change) : add(before, change)
  if (allowance > totalSupplyOf(state)) throw errors.allowanceGreaterThanSupply()
  const changed = withAllowance(allowances, beneficiary, allowance)
  // COMPAT(oasis-core): whoever has too many, since fewer are allowed, cannot even lower one.
  if (changed.size > params.maxAllowances) throw errors.tooManyAllowances()
  setAccount(state, owner, withAllowances(account, changed))
  const event = { owner, beneficiary, allowance, negative, amountChange: change }
  emit(ctx, 'oasis_event_100_staking', 'allowance_change', event)
}
