import { errors } from '@wadi/consensus/vault/errors'
import type { CancelAction } from '@wadi/consensus/vault/methods'
import { isReservedAddress } from '@wadi/primitives/reservedAddresses'
import { type Context, inSubTransaction } from '../../kernel/context.ts'
import { emit } from '../../kernel/events.ts'
import { endsCheck, endsSimulation, useGas } from '../../kernel/method.ts'
import { authoritiesFor, authoritiesOf, isMember } from '../authorities.ts'
import { parametersOf, pendingActionOf, vaultOf } from '../queries.ts'
import { removePendingAction, setVault } from '../state.ts'

/** vault.CancelAction: one of the authority takes back what is waiting. */
export function cancelAction(ctx: Context, { vault: address, nonce }: CancelAction): void {
  if (isReservedAddress(address)) throw errors.invalidArgument('invalid vault address')
  const vault = vaultOf(ctx.state, address)
  if (vault === undefined) throw errors.noSuchVault()
  if (nonce !== vault.nonce) throw errors.invalidNonce()
  // Which of the authorities it takes depends on the action, which is looked at later.
  if (!isMember(authoritiesOf(vault), ctx.caller)) throw errors.forbidden()
  if (endsCheck(ctx)) return
  useGas(ctx, parametersOf(ctx.state).gasCosts, 'cancel_action')
  if (endsSimulation(ctx)) return

  inSubTransaction(ctx, (inner) => {
    const { state, caller } = inner
    const pending = pendingActionOf(state, address, nonce)
    if (pending === undefined) throw errors.noSuchAction()
    if (!isMember(authoritiesFor(vault, pending.action), caller)) throw errors.forbidden()
    emit(inner, 'oasis_event_400_vault', 'action_canceled', { vault: address, nonce })
    removePendingAction(state, address, nonce)
    setVault(state, { ...vault, nonce: BigInt.asUintN(64, nonce + 1n) })
  })
}
