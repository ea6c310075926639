import { equalBytes } from '@wadi/base/bytes'
import { errors } from '@wadi/consensus/staking/errors'
import type { ReclaimEscrow, ReclaimEscrowResult } from '@wadi/consensus/staking/methods'
import { subtract } from '@wadi/primitives/quantity'
import { isReservedAddress } from '@wadi/primitives/reservedAddresses'
import { epochOf } from '../../beacon/queries.ts'
import type { Context } from '../../kernel/context.ts'
import { emit } from '../../kernel/events.ts'
import { endsCheck, endsSimulation, useGas } from '../../kernel/method.ts'
import { withEscrow } from '../accounts.ts'
import { accountOf, delegationOf, parametersOf } from '../queries.ts'
import { deposit, redeem } from '../shares.ts'
import { addDebondingDelegation, setAccount, setDelegation } from '../state.ts'

/** staking.ReclaimEscrow: gives up shares; what they are worth is paid out after a while. */
export function reclaimEscrow(ctx: Context, body: ReclaimEscrow): ReclaimEscrowResult | undefined {
  const { account: escrow, shares } = body
  // COMPAT(oasis-core): refused before gas is used, and when only checked as well.
  if (shares === 0n) throw errors.invalidArgument()
  if (endsCheck(ctx)) return undefined
  const { state, caller: owner } = ctx
  const params = parametersOf(state)
  useGas(ctx, params.gasCosts, 'reclaim_escrow')
  if (ctx.isMessage && !params.allowEscrowMessages) throw errors.forbidden()
  if (endsSimulation(ctx)) return undefined

  if (isReservedAddress(owner)) throw errors.forbidden()
  const isOwn = equalBytes(owner, escrow)
  const target = accountOf(state, owner)
  if (!isOwn && params.disableDelegation) throw errors.forbidden()
  const source = isOwn ? target : accountOf(state, escrow)
  const delegation = delegationOf(state, owner, escrow)
  const debondEndTime = BigInt.asUintN(64, epochOf(state) + params.debondingInterval)

  const remainingShares = subtract(delegation.shares, shares)
  const { pool: active, amount } = redeem(source.escrow.active, shares)
  // The shares of the debonding pool may be worth nothing at all: then there is no way out.
  const { pool: debonding, shares: debondingShares } = deposit(source.escrow.debonding, amount)
  // COMPAT(oasis-core): shares worth nothing are queued like any others.
  const queued = { shares: debondingShares, debondEnd: debondEndTime }
  addDebondingDelegation(state, owner, escrow, queued)
  setDelegation(state, owner, escrow, { shares: remainingShares })
  if (!isOwn) setAccount(state, owner, target)
  setAccount(state, escrow, withEscrow(source, { active, debonding }))
  const told = { owner, escrow, amount, debondingShares, debondEndTime }
  const event = { ...told, activeShares: shares }
  emit(ctx, 'oasis_event_100_staking', 'debonding_start', event)
  return { ...told, remainingShares }
}
