/** What anybody may read of vaults. */

import { zero } from '@wadi/cbor/codec'
import {
  type AddressState,
  Parameters,
  type PendingAction,
  type Vault,
} from '@wadi/consensus/vault'
import * as keys from '@wadi/consensus/vault/keys'
import type { Address } from '@wadi/primitives/address'
import { entriesOf, type ReadableState, read, valuesOf } from '../kernel/state.ts'

/** The vault's parameters; without any it is not enabled. */
export function parametersOf(state: ReadableState): Parameters {
  return read(state, keys.parameters) ?? zero(Parameters)
}

/** A vault. */
export function vaultOf(state: ReadableState, address: Address): Vault | undefined {
  return read(state, keys.vaults, address)
}

/** All vaults by address. */
export function vaultsOf(state: ReadableState): readonly Vault[] {
  return [...valuesOf(state, keys.vaults)]
}

/** What an address may withdraw from a vault, and has. */
export function addressStateOf(
  state: ReadableState,
  vault: Address,
  address: Address,
): AddressState | undefined {
  return read(state, keys.addressStates, vault, address)
}

/** What each address may withdraw from a vault. */
export function addressStatesOf(
  state: ReadableState,
  vault: Address,
): readonly (readonly [Address, AddressState])[] {
  return Array.from(entriesOf(state, keys.addressStates, vault), ([[, address], value]) => [
    address,
    value,
  ])
}

/** An action that waits for more to agree. */
export function pendingActionOf(
  state: ReadableState,
  vault: Address,
  nonce: bigint,
): PendingAction | undefined {
  return read(state, keys.pendingActions, vault, nonce)
}

/** All actions of a vault that wait. */
export function pendingActionsOf(state: ReadableState, vault: Address): readonly PendingAction[] {
  return [...valuesOf(state, keys.pendingActions, vault)]
}
