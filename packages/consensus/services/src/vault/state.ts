/** What the vault writes. */

import type { AddressState, Parameters, PendingAction, Vault } from '@wadi/consensus/vault'
import * as keys from '@wadi/consensus/vault/keys'
import type { Address } from '@wadi/primitives/address'
import { vaultAddress } from '@wadi/primitives/address'
import { erase, type State, write } from '../kernel/state.ts'

/** What CBOR has for null. */
const NULL = 0xf6

/** Writes the parameters. */
export function setParameters(state: State, params: Parameters): void {
  write(state, keys.parameters, [], params)
}

/** Writes a vault, under the address that follows from who created it. */
export function setVault(state: State, vault: Vault): void {
  write(state, keys.vaults, [vaultAddress(vault.creator, vault.id)], vault)
}

/** Writes what an address may withdraw. */
export function setAddressState(
  state: State,
  vault: Address,
  address: Address,
  value: AddressState,
): void {
  write(state, keys.addressStates, [vault, address], value)
}

/** Writes that there is something without saying what, as null in a genesis document has it. */
export function setNullAddressState(state: State, vault: Address, address: Address): void {
  state.insert(keys.addressStates.keys.encode(vault, address), Uint8Array.of(NULL))
}

/** Writes an action that waits for more to agree. */
export function setPendingAction(state: State, vault: Address, action: PendingAction): void {
  write(state, keys.pendingActions, [vault, action.nonce], action)
}

/** Takes out an action that was executed or cancelled. */
export function removePendingAction(state: State, vault: Address, nonce: bigint): void {
  erase(state, keys.pendingActions, vault, nonce)
}
