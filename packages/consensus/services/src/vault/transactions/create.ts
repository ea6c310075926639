import { VAULT_STATES, type Vault } from '@wadi/consensus/vault'
import { errors } from '@wadi/consensus/vault/errors'
import type { Create } from '@wadi/consensus/vault/methods'
import { vaultAddress } from '@wadi/primitives/address'
import { type Context, inSubTransaction } from '../../kernel/context.ts'
import { endsCheck, endsSimulation, useGas } from '../../kernel/method.ts'
import { setAccountHook } from '../../staking/actions.ts'
import { accountOf } from '../../staking/queries.ts'
import { refusingAsInvalid } from '../actionChecks.ts'
import { checkAuthority } from '../authorities.ts'
import { parametersOf, vaultOf } from '../queries.ts'
import { setVault } from '../state.ts'

/** The module that hooks of vaults mean. */
const MODULE = 'vault'

/** vault.Create: makes a vault whose address follows from the caller and its nonce. */
export function create(ctx: Context, { adminAuthority, suspendAuthority }: Create): void {
  const params = parametersOf(ctx.state)
  refusingAsInvalid(() => {
    checkAuthority(adminAuthority, params)
    checkAuthority(suspendAuthority, params)
  })
  if (endsCheck(ctx)) return
  useGas(ctx, params.gasCosts, 'create')
  if (endsSimulation(ctx)) return

  inSubTransaction(ctx, (inner) => {
    const { state, caller: creator } = inner
    // COMPAT(oasis-core): the nonce behind the transaction's, since the fee has been paid.
    const id = accountOf(state, creator).general.nonce
    const authorities = { adminAuthority, suspendAuthority }
    const vault: Vault = { creator, id, state: VAULT_STATES.active, nonce: 0n, ...authorities }
    const address = vaultAddress(creator, id)
    if (vaultOf(state, address) !== undefined) throw errors.invalidArgument('the vault exists')
    setVault(state, vault)
    setAccountHook(state, address, 'withdraw', { module: MODULE })
  })
}
