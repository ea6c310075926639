import { equalBytes } from '@wadi/base/bytes'
import type { Parameters } from '@wadi/consensus/staking'
import { errors } from '@wadi/consensus/staking/errors'
import type { Transfer, TransferResult } from '@wadi/consensus/staking/methods'
import type { Address } from '@wadi/primitives/address'
import { BURN_ADDRESS, isReservedAddress } from '@wadi/primitives/reservedAddresses'
import type { Context } from '../../kernel/context.ts'
import { emit } from '../../kernel/events.ts'
import { endsCheck, endsSimulation, useGas } from '../../kernel/method.ts'
import { checkFloor, credited, debited } from '../accounts.ts'
import { accountOf, parametersOf } from '../queries.ts'
import { setAccount } from '../state.ts'
import { burnOf } from './burn.ts'

/** staking.Transfer: moves base units from the caller to `to`. */
export function transfer(ctx: Context, body: Transfer): TransferResult | undefined {
  if (endsCheck(ctx)) return undefined
  const params = parametersOf(ctx.state)
  useGas(ctx, params.gasCosts, 'transfer')
  if (endsSimulation(ctx)) return undefined

  const { to, amount } = body
  const from = ctx.caller
  if (isReservedAddress(from) || !maySend(params, from)) throw errors.forbidden()
  if (equalBytes(to, BURN_ADDRESS)) burnOf(ctx, params, amount)
  else move(ctx, params, body)
  // COMPAT(oasis-core): what is burned so is told twice: as burned, and as transferred.
  const result = { from, to, amount }
  emit(ctx, 'oasis_event_100_staking', 'transfer', result)
  return result
}

/** Transfers may be disabled for all but a few. */
function maySend({ disableTransfers, undisableTransfersFrom }: Parameters, from: Address): boolean {
  return !disableTransfers || undisableTransfersFrom.get(from) === true
}

function move({ state, caller: from }: Context, params: Parameters, body: Transfer): void {
  const { to, amount } = body
  if (amount < params.minTransfer) throw errors.underMinTransferAmount()
  const source = accountOf(state, from)
  if (equalBytes(from, to)) {
    // COMPAT(oasis-core): to oneself it is only a balance check; the floors do not apply.
    if (source.general.balance < amount) throw errors.insufficientBalance()
    setAccount(state, from, source)
    return
  }
  // COMPAT(oasis-core): a shortfall to another account is a plain error, not staking/3.
  const poorer = debited(source, amount)
  const richer = credited(accountOf(state, to), amount)
  checkFloor(poorer, params, 'source account')
  checkFloor(richer, params, 'dest account')
  setAccount(state, to, richer)
  setAccount(state, from, poorer)
}
