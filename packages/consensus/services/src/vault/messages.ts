/** What staking and governance ask of the vault. */

import { VAULT_STATES } from '@wadi/consensus/vault'
import { errors } from '@wadi/consensus/vault/errors'
import type { Answer, Subscriptions, WithdrawHook } from '../kernel/bus.ts'
import { type Context, currentHeight } from '../kernel/context.ts'
import { parameterSubscriptions } from '../kernel/parameterChanges.ts'
import { parameterRules } from './parameters.ts'
import { addressStateOf, vaultOf } from './queries.ts'
import { setAddressState } from './state.ts'
import { withdrawn } from './withdrawals.ts'

/** Allows a withdrawal within the policy, and counts it. */
function allowWithdrawal(ctx: Context, hook: WithdrawHook): Answer {
  const { module, from, to, amount } = hook
  if (module !== 'vault') return undefined
  const vault = vaultOf(ctx.state, from)
  if (vault === undefined) throw errors.noSuchVault()
  if (vault.state !== VAULT_STATES.active) throw errors.forbidden('the vault is suspended')
  const before = addressStateOf(ctx.state, from, to)
  if (before === undefined) throw errors.noSuchState()
  const after = withdrawn(before, currentHeight(ctx), amount)
  if (after === undefined) throw errors.forbidden('more than the policy allows')
  setAddressState(ctx.state, from, to, after)
  return 'understood'
}

/** What the vault answers on the bus. */
export const subscriptions: Subscriptions = {
  withdrawHook: allowWithdrawal,
  ...parameterSubscriptions(parameterRules),
}
