import { equalBytes } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { encode, make } from '@wadi/cbor/codec'
import { Action, PendingAction, type Vault } from '@wadi/consensus/vault'
import { errors } from '@wadi/consensus/vault/errors'
import { ActionExecutionResult } from '@wadi/consensus/vault/events'
import type { AuthorizeAction } from '@wadi/consensus/vault/methods'
import { isReservedAddress } from '@wadi/primitives/reservedAddresses'
import { type Context, inSubTransaction } from '../../kernel/context.ts'
import { emit } from '../../kernel/events.ts'
import { endsCheck, useGas } from '../../kernel/method.ts'
import { checkAction, refusingAsInvalid } from '../actionChecks.ts'
import { authoritiesFor, haveDecided, includesAddress, isMember } from '../authorities.ts'
import { executeAction } from '../execution.ts'
import { parametersOf, pendingActionOf, vaultOf } from '../queries.ts'
import { removePendingAction, setPendingAction, setVault } from '../state.ts'

/** vault.AuthorizeAction: agrees to an action; the last voice that it needs executes it. */
export function authorizeAction(ctx: Context, body: AuthorizeAction): void {
  const params = parametersOf(ctx.state)
  refusingAsInvalid(() => {
    if (isReservedAddress(body.vault)) throw errors.invalidArgument('invalid vault address')
    checkAction(body.action, params)
  })
  const vault = vaultOf(ctx.state, body.vault)
  if (vault === undefined) throw errors.noSuchVault()
  if (body.nonce !== vault.nonce) throw errors.invalidNonce()
  if (!isMember(authoritiesFor(vault, body.action), ctx.caller)) throw errors.forbidden()
  if (endsCheck(ctx)) return
  useGas(ctx, params.gasCosts, 'authorize_action')
  // COMPAT(oasis-core): an estimate of gas does not end here: the action itself may need some.
  inSubTransaction(ctx, (inner) => authorize(inner, vault, body))
}

function authorize(ctx: Context, vault: Vault, body: AuthorizeAction): void {
  const { state, caller } = ctx
  const { vault: address, nonce } = body
  const pending = pendingActionFor(ctx, body)
  emit(ctx, 'oasis_event_400_vault', 'action_submitted', {
    submitter: caller,
    vault: address,
    nonce,
  })
  const agreed = pending.authorizedBy ?? []
  const authorizedBy = includesAddress(agreed, caller) ? agreed : [...agreed, caller]
  if (authorizedBy !== agreed) setPendingAction(state, address, { ...pending, authorizedBy })
  if (!haveDecided(authoritiesFor(vault, pending.action), authorizedBy)) return

  const { vault: after, result } = tryToExecute(ctx, vault, pending.action)
  emit(ctx, 'oasis_event_400_vault', 'action_executed', { vault: address, nonce, result })
  removePendingAction(state, address, nonce)
  setVault(state, { ...after, nonce: BigInt.asUintN(64, vault.nonce + 1n) })
}

/** The action that waits, which has to be the one that is agreed to; else that one begins to. */
function pendingActionFor({ state }: Context, body: AuthorizeAction): PendingAction {
  const { vault, nonce, action } = body
  const pending = pendingActionOf(state, vault, nonce)
  if (pending === undefined) return make(PendingAction, { nonce, action })
  if (!equalBytes(encode(Action, pending.action), encode(Action, action)))
    throw errors.invalidArgument('another action waits')
  return pending
}

interface Execution {
  readonly vault: Vault
  readonly result: ActionExecutionResult
}

/** A failure is only told: it is not one of the transaction. */
function tryToExecute(ctx: Context, vault: Vault, action: Action): Execution {
  try {
    return { vault: executeAction(ctx, vault, action), result: make(ActionExecutionResult, {}) }
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return { vault, result: { module: error.module, code: error.code } }
  }
}
