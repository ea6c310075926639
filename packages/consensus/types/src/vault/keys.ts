/** Every key of the vault. */

import { keyFormat, u64Key } from '@wadi/primitives/keyFormat'
import { addressKey, cborValue } from '../state/stateTable.ts'
import { AddressState, Parameters, PendingAction, Vault } from './types.ts'

/** All vaults. */
export const vaults = {
  name: 'vault.vaults',
  keys: keyFormat(0x30, addressKey),
  value: cborValue(Vault),
} as const

/** Vault, then who withdraws. */
export const addressStates = {
  name: 'vault.addressStates',
  keys: keyFormat(0x31, addressKey, addressKey),
  value: cborValue(AddressState),
} as const

/** Vault, then nonce. */
export const pendingActions = {
  name: 'vault.pendingActions',
  keys: keyFormat(0x32, addressKey, u64Key),
  value: cborValue(PendingAction),
} as const

/** Absent: there is no vault on this network. */
export const parameters = {
  name: 'vault.parameters',
  keys: keyFormat(0x33),
  value: cborValue(Parameters),
} as const
