import { equalBytes } from '@wadi/base/bytes'
import { errors } from '@wadi/consensus/staking/errors'
import type { AddEscrow, AddEscrowResult } from '@wadi/consensus/staking/methods'
import { add } from '@wadi/primitives/quantity'
import { isReservedAddress } from '@wadi/primitives/reservedAddresses'
import type { Context } from '../../kernel/context.ts'
import { emit } from '../../kernel/events.ts'
import { endsCheck, endsSimulation, useGas } from '../../kernel/method.ts'
import { checkFloor, debited, withEscrow } from '../accounts.ts'
import { accountOf, delegationOf, parametersOf } from '../queries.ts'
import { deposit } from '../shares.ts'
import { setAccount, setDelegation } from '../state.ts'

/** staking.AddEscrow: delegates base units of the caller to an account, for shares in it. */
export function addEscrow(ctx: Context, body: AddEscrow): AddEscrowResult | undefined {
  if (endsCheck(ctx)) return undefined
  const { state, caller: owner } = ctx
  const params = parametersOf(state)
  useGas(ctx, params.gasCosts, 'add_escrow')
  if (ctx.isMessage && !params.allowEscrowMessages) throw errors.forbidden()
  if (endsSimulation(ctx)) return undefined

  const { account: escrow, amount } = body
  if (amount < params.minDelegation) throw errors.underMinDelegationAmount()
  if (isReservedAddress(owner)) throw errors.forbidden()
  const isOwn = equalBytes(owner, escrow)
  const source = accountOf(state, owner)
  if (!isOwn && params.disableDelegation) throw errors.forbidden()
  const target = isOwn ? source : accountOf(state, escrow)
  const delegation = delegationOf(state, owner, escrow)
  const { pool, shares: newShares } = deposit(target.escrow.active, amount)
  const poorer = debited(source, amount)
  checkFloor(poorer, params)
  if (isOwn) setAccount(state, owner, withEscrow(poorer, { active: pool }))
  else {
    setAccount(state, owner, poorer)
    setAccount(state, escrow, withEscrow(target, { active: pool }))
  }
  setDelegation(state, owner, escrow, { shares: add(delegation.shares, newShares) })
  const result = { owner, escrow, amount, newShares }
  emit(ctx, 'oasis_event_100_staking', 'add_escrow', result)
  return result
}
