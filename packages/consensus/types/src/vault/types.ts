/** What the vault keeps in the state: shared accounts and who may do what with them. */

import type { Infer } from '@wadi/cbor/codec'
import { list, mapOf } from '@wadi/cbor/collections'
import { bool, raw, text, u8, u64 } from '@wadi/cbor/scalars'
import { nilable, omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { Address } from '@wadi/primitives/address'
import { Quantity } from '@wadi/primitives/quantity'
import { GasCosts } from '../gas.ts'

/** Whether a vault works. Integers in JSON too. */
export const VAULT_STATES = { suspended: 0, active: 1 } as const

/** So many of these addresses must agree. */
export const Authority = struct({ addresses: nilable(list(Address)), threshold: u8 })
export type Authority = Infer<typeof Authority>

/** An account that several addresses decide about. */
export const Vault = struct({
  creator: Address,
  id: u64,
  state: u8,
  nonce: omitEmpty(u64),
  adminAuthority: Authority,
  suspendAuthority: Authority,
})
export type Vault = Infer<typeof Vault>

/** How much may be withdrawn in how many blocks. */
export const WithdrawPolicy = struct({ limitAmount: Quantity, limitInterval: u64 })
export type WithdrawPolicy = Infer<typeof WithdrawPolicy>

/** What one address may withdraw from a vault, and how much of that is used up. */
export const AddressState = struct({
  withdrawPolicy: WithdrawPolicy,
  bucket: u64,
  amount: Quantity,
})
export type AddressState = Infer<typeof AddressState>

/** A transaction in the vault's name. */
export const ExecuteMessage = struct({ method: text, body: omitEmpty(raw) })
export type ExecuteMessage = Infer<typeof ExecuteMessage>

/** Sets how much an address may withdraw. */
export const UpdateWithdrawPolicy = struct({ address: Address, policy: WithdrawPolicy })
export type UpdateWithdrawPolicy = Infer<typeof UpdateWithdrawPolicy>

/** Sets who decides; undefined stays as it is. */
export const UpdateAuthority = struct({
  adminAuthority: optional(Authority),
  suspendAuthority: optional(Authority),
})
export type UpdateAuthority = Infer<typeof UpdateAuthority>

/** One of these. The reference decodes any combination and refuses the wrong ones later. */
export const Action = struct({
  suspend: optional(struct({})),
  resume: optional(struct({})),
  executeMsg: optional(ExecuteMessage),
  updateWithdrawPolicy: optional(UpdateWithdrawPolicy),
  updateAuthority: optional(UpdateAuthority),
})
export type Action = Infer<typeof Action>

/** An action that waits for enough of the authority to agree. */
export const PendingAction = struct({
  nonce: u64,
  authorizedBy: nilable(list(Address)),
  action: Action,
})
export type PendingAction = Infer<typeof PendingAction>

/** Are there vaults, how large may an authority be, and what do transactions cost? */
export const Parameters = struct({
  enabled: omitEmpty(bool),
  maxAuthorityAddresses: omitEmpty(u8),
  gasCosts: omitEmpty(GasCosts),
})
export type Parameters = Infer<typeof Parameters>

/** The vault's section of the genesis document. */
export const Genesis = struct({
  params: Parameters,
  // COMPAT(oasis-core): these are pointers, slices and maps: null stays, and the hash shows it.
  vaults: omitEmpty(list(nilable(Vault))),
  states: omitEmpty(mapOf(Address, nilable(mapOf(Address, nilable(AddressState))))),
  pendingActions: omitEmpty(mapOf(Address, nilable(list(nilable(PendingAction))))),
})
export type Genesis = Infer<typeof Genesis>
