import type { Parameters } from '@wadi/consensus/staking'
import { errors } from '@wadi/consensus/staking/errors'
import type { Burn } from '@wadi/consensus/staking/methods'
import { type Quantity, subtract } from '@wadi/primitives/quantity'
import { isReservedAddress } from '@wadi/primitives/reservedAddresses'
import type { Context } from '../../kernel/context.ts'
import { emit } from '../../kernel/events.ts'
import { endsCheck, endsSimulation, useGas } from '../../kernel/method.ts'
import { checkFloor, debited } from '../accounts.ts'
import { accountOf, parametersOf, totalSupplyOf } from '../queries.ts'
import { setAccount, setTotalSupply } from '../state.ts'

/** staking.Burn: destroys base units of the caller. */
export function burn(ctx: Context, { amount }: Burn): void {
  if (endsCheck(ctx)) return
  const params = parametersOf(ctx.state)
  useGas(ctx, params.gasCosts, 'burn')
  if (endsSimulation(ctx)) return
  if (isReservedAddress(ctx.caller)) throw errors.forbidden()
  burnOf(ctx, params, amount)
}

/** Destroys base units of the caller, who may. */
export function burnOf(ctx: Context, params: Parameters, amount: Quantity): void {
  const { state, caller: owner } = ctx
  if (amount < params.minTransfer) throw errors.underMinTransferAmount()
  const account = debited(accountOf(state, owner), amount)
  checkFloor(account, params)
  setAccount(state, owner, account)
  setTotalSupply(state, subtract(totalSupplyOf(state), amount))
  emit(ctx, 'oasis_event_100_staking', 'burn', { owner, amount })
}
