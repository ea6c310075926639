/** The vault's section of the genesis document: into the state, and back. */

import { definePlainErrors } from '@wadi/base/errors'
import { keyedMap } from '@wadi/cbor/collections'
import type { Genesis } from '@wadi/consensus/vault'
import { Address, printAddress, vaultAddress } from '@wadi/primitives/address'
import type { Context } from '../kernel/context.ts'
import type { InitChainRequest } from '../kernel/service.ts'
import type { ReadableState, State } from '../kernel/state.ts'
import { checkParameters } from './parameters.ts'
import { addressStatesOf, parametersOf, pendingActionsOf, vaultsOf } from './queries.ts'
import {
  setAddressState,
  setNullAddressState,
  setParameters,
  setPendingAction,
  setVault,
} from './state.ts'

/** What a document may not say. The reference panics at null. */
export const errors = definePlainErrors('vaultGenesis', {
  null: 'null instead of a value',
})

/** Writes everything. A document without the section leaves the network without vaults. */
export function initChain({ state }: Context, { document }: InitChainRequest): void {
  if (document.vault === undefined) return
  const { params, vaults } = document.vault
  setParameters(state, params)
  for (const [i, vault] of vaults.entries()) setVault(state, present(vault, `vault.vaults[${i}]`))
  initStates(state, document.vault)
  initPendingActions(state, document.vault)
}

function initStates(state: State, { states }: Genesis): void {
  for (const [vault, entries] of states)
    for (const [address, value] of entries ?? []) {
      // COMPAT(oasis-core): this null is written, and read as the zero value.
      if (value === undefined) setNullAddressState(state, vault, address)
      else setAddressState(state, vault, address, value)
    }
}

function initPendingActions(state: State, { pendingActions }: Genesis): void {
  for (const [vault, actions] of pendingActions)
    for (const [i, action] of (actions ?? []).entries()) {
      const path = `vault.pending_actions.${printAddress(vault)}[${i}]`
      setPendingAction(state, vault, present(action, path))
    }
}

function present<T>(value: T | undefined, path: string): T {
  if (value === undefined) throw errors.null(path)
  return value
}

/** Refuses a section from which no network could go on. */
export function checkGenesis(genesis: Genesis | undefined): void {
  if (genesis !== undefined) checkParameters(genesis.params)
}

/** The section from which a network could go on; what belongs to no vault is left out. */
export function exportGenesis(state: ReadableState): Genesis {
  const vaults = vaultsOf(state)
  const addresses = vaults.map(({ creator, id }) => vaultAddress(creator, id))
  const states = addresses
    .map((vault) => [vault, keyedMap(Address, addressStatesOf(state, vault))] as const)
    .filter(([, entries]) => entries.size > 0)
  const pendingActions = addresses
    .map((vault) => [vault, pendingActionsOf(state, vault)] as const)
    .filter(([, actions]) => actions.length > 0)
  return {
    params: parametersOf(state),
    vaults,
    states: keyedMap(Address, states),
    pendingActions: keyedMap(Address, pendingActions),
  }
}
