import { equalBytes } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { type Account, HOOK_KINDS } from '@wadi/consensus/staking'
import { errors } from '@wadi/consensus/staking/errors'
import type { Withdraw, WithdrawResult } from '@wadi/consensus/staking/methods'
import { type Quantity, subtract, ZERO } from '@wadi/primitives/quantity'
import { isReservedAddress } from '@wadi/primitives/reservedAddresses'
import { type Context, inSubTransaction } from '../../kernel/context.ts'
import { emit } from '../../kernel/events.ts'
import { endsCheck, endsSimulation, useGas } from '../../kernel/method.ts'
import { checkFloor, credited, debited } from '../accounts.ts'
import { accountOf, parametersOf } from '../queries.ts'
import { setAccount } from '../state.ts'
import { hasAllowances, withAllowance, withAllowances } from './allow.ts'

/** staking.Withdraw: takes base units from an account that allows it. */
export function withdraw(ctx: Context, body: Withdraw): WithdrawResult | undefined {
  if (endsCheck(ctx)) return undefined
  const params = parametersOf(ctx.state)
  useGas(ctx, params.gasCosts, 'withdraw')
  if (endsSimulation(ctx)) return undefined

  const { from, amount } = body
  if (amount < params.minTransfer) throw errors.underMinTransferAmount()
  if (!hasAllowances(params)) throw errors.forbidden()
  if (isReservedAddress(ctx.caller) || isReservedAddress(from)) throw errors.forbidden()
  if (equalBytes(ctx.caller, from)) throw errors.invalidArgument()
  return inSubTransaction(ctx, (inner) => withdrawAllowed(inner, body))
}

function withdrawAllowed(ctx: Context, { from: owner, amount }: Withdraw): WithdrawResult {
  const { state, caller: beneficiary } = ctx
  const params = parametersOf(state)
  const { source, allowance } = authorized(ctx, { from: owner, amount })
  const target = accountOf(state, beneficiary)
  if (source.general.balance < amount) throw errors.insufficientBalance()
  const poorer = debited(source, amount)
  const richer = credited(target, amount)
  checkFloor(poorer, params, 'source account')
  checkFloor(richer, params, 'dest account')
  setAccount(state, beneficiary, richer)
  setAccount(state, owner, poorer)
  const result = { owner, beneficiary, allowance, amountChange: amount }
  emit(ctx, 'oasis_event_100_staking', 'transfer', { from: owner, to: beneficiary, amount })
  emit(ctx, 'oasis_event_100_staking', 'allowance_change', { ...result, negative: true })
  return result
}

/** The account that may be withdrawn from, and what is still allowed afterwards. */
interface Authorized {
  readonly source: Account
  readonly allowance: Quantity
}

/** Asks the account's hook if it has one, and otherwise uses up the caller's allowance. */
function authorized(ctx: Context, body: Withdraw): Authorized {
  const source = accountOf(ctx.state, body.from)
  const { hooks, allowances } = source.general
  const hook = hooks.get(HOOK_KINDS.withdraw)
  if (hook !== undefined) {
    askHook(ctx, hook.module, body)
    return { source, allowance: ZERO }
  }
  const { caller } = ctx
  const before = allowances.get(caller)
  if (before === undefined || before < body.amount) throw errors.forbidden()
  const allowance = subtract(before, body.amount)
  return { source: withAllowances(source, withAllowance(allowances, caller, allowance)), allowance }
}

/** COMPAT(oasis-core): whatever the hook has against it, the refusal is staking's. */
function askHook(ctx: Context, module: string, { from, amount }: Withdraw): void {
  try {
    ctx.chain.bus.publish(ctx, 'withdrawHook', { module, from, to: ctx.caller, amount })
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw errors.forbidden(`hook invocation failed: ${error.message}`)
  }
}
