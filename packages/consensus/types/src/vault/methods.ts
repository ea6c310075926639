/** What transactions ask of the vault. */

import type { Infer } from '@wadi/cbor/codec'
import { u64 } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import { Address } from '@wadi/primitives/address'
import { Action, Authority } from './types.ts'

/** Body of vault.Create. */
export const Create = struct({ adminAuthority: Authority, suspendAuthority: Authority })
export type Create = Infer<typeof Create>

/** Body of vault.AuthorizeAction: one vote for an action; the last one needed executes it. */
export const AuthorizeAction = struct({ vault: Address, nonce: u64, action: Action })
export type AuthorizeAction = Infer<typeof AuthorizeAction>

/** Body of vault.CancelAction. */
export const CancelAction = struct({ vault: Address, nonce: u64 })
export type CancelAction = Infer<typeof CancelAction>

/** Bodies by the name of the method. */
export const methodBodies = {
  'vault.Create': Create,
  'vault.AuthorizeAction': AuthorizeAction,
  'vault.CancelAction': CancelAction,
} as const
