/** Networks in which a test keeps a vault. */

import { make, zero } from '@wadi/cbor/codec'
import { Action, type Authority, Parameters } from '@wadi/consensus/vault'
import type { AuthorizeAction } from '@wadi/consensus/vault/methods'
import { type Address, vaultAddress } from '@wadi/primitives/address'
import { applicationSubscriptions, createDispatcher } from '../application/dispatch.ts'
import type { Context } from '../kernel/context.ts'
import { accountOf } from '../staking/queries.ts'
import { service as staking } from '../staking/service.ts'
import { service } from '../vault/service.ts'
import { setParameters } from '../vault/state.ts'
import { authorizeAction } from '../vault/transactions/authorizeAction.ts'
import { create } from '../vault/transactions/create.ts'
import { alice, as, bob, carol, type LedgerStart, testAddress, testLedger } from './testLedger.ts'

/** Another one, who may only suspend. */
export const dave: Address = testAddress(4)

/** Decides about the vaults of these networks: two of three. */
export const ADMINS: Authority = { addresses: [alice, bob, carol], threshold: 2 }
/** May suspend them. */
export const SUSPENDERS: Authority = { addresses: [dave], threshold: 1 }

/** What such a network begins with. */
export interface VaultStart extends LedgerStart {
  readonly vault?: Partial<Parameters>
}

/** A context over a ledger with vaults, in which calls in the name of one are really made. */
export function testVaults({ vault, ...start }: VaultStart = {}): Context {
  const services = [staking, service]
  const subscriptions = applicationSubscriptions(createDispatcher(services))
  const subscribers = [
    ...services.map(({ subscriptions: own = {} }) => ({ subscriptions: own })),
    { subscriptions },
  ]
  const ctx = testLedger({ subscribers, ...start })
  setParameters(ctx.state, {
    ...make(Parameters, { enabled: true, maxAuthorityAddresses: 32 }),
    ...vault,
  })
  return ctx
}

/** The address of the vault that somebody creates next. */
export function nextVaultOf({ state }: Context, creator: Address): Address {
  return vaultAddress(creator, accountOf(state, creator).general.nonce)
}

/** Alice creates a vault. */
export function createVault(ctx: Context, admins = ADMINS, suspenders = SUSPENDERS): Address {
  const address = nextVaultOf(ctx, alice)
  create(as(ctx, { caller: alice }), { adminAuthority: admins, suspendAuthority: suspenders })
  return address
}

/** An action with one wish. */
export function acting(action: Partial<Action>): Action {
  return make(Action, action)
}

/** To suspend, and to work again. */
export const SUSPEND: Action = acting({ suspend: {} })
export const RESUME: Action = acting({ resume: {} })
/** Neither of these. */
export const NOTHING: Action = zero(Action)

/** Some agree to an action one after the other; all that they told. */
export function agree(
  ctx: Context,
  body: AuthorizeAction,
  ...callers: readonly Address[]
): Context {
  const told = as(ctx, {})
  for (const caller of callers) authorizeAction({ ...told, caller }, body)
  return told
}
