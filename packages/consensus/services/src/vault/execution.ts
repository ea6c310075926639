/** Doing what enough of an authority agreed to. */

import { type Action, VAULT_STATES, type Vault } from '@wadi/consensus/vault'
import { errors } from '@wadi/consensus/vault/errors'
import { type Address, vaultAddress } from '@wadi/primitives/address'
import type { Context } from '../kernel/context.ts'
import { emit } from '../kernel/events.ts'
import { checkUpdate } from './actionChecks.ts'
import { addressStateOf, parametersOf } from './queries.ts'
import { setAddressState } from './state.ts'
import { withPolicy } from './withdrawals.ts'

const EVENTS = 'oasis_event_400_vault'

/** Executes an action, or refuses to. Gives the vault as it is then, which is not yet written. */
export function executeAction(ctx: Context, vault: Vault, action: Action): Vault {
  const address = vaultAddress(vault.creator, vault.id)
  const { suspend, resume, updateWithdrawPolicy, updateAuthority, executeMsg } = action
  if (suspend !== undefined) return inState(ctx, vault, VAULT_STATES.suspended)
  if (resume !== undefined) return inState(ctx, vault, VAULT_STATES.active)
  if (updateWithdrawPolicy !== undefined) updatePolicy(ctx, address, updateWithdrawPolicy)
  else if (updateAuthority !== undefined) {
    checkUpdate(updateAuthority, parametersOf(ctx.state))
    emit(ctx, EVENTS, 'authority_updated', { vault: address })
    return {
      ...vault,
      adminAuthority: updateAuthority.adminAuthority ?? vault.adminAuthority,
      suspendAuthority: updateAuthority.suspendAuthority ?? vault.suspendAuthority,
    }
  } else if (executeMsg !== undefined) {
    const { method, body } = executeMsg
    ctx.chain.bus.publish(ctx, 'executeSubcall', { caller: address, method, body })
  } else throw errors.unsupportedAction()
  return vault
}

function inState(ctx: Context, vault: Vault, state: number): Vault {
  const address = vaultAddress(vault.creator, vault.id)
  if (vault.state !== state)
    emit(ctx, EVENTS, 'state_changed', { vault: address, oldState: vault.state, newState: state })
  return { ...vault, state }
}

function updatePolicy(
  ctx: Context,
  vault: Address,
  { address, policy }: NonNullable<Action['updateWithdrawPolicy']>,
): void {
  const before = addressStateOf(ctx.state, vault, address)
  setAddressState(ctx.state, vault, address, withPolicy(before, policy))
  emit(ctx, EVENTS, 'policy_updated', { vault, address })
}
