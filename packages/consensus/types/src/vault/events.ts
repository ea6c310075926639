/** What the vault tells. */

import type { Infer } from '@wadi/cbor/codec'
import { i64, text, u8, u32, u64 } from '@wadi/cbor/scalars'
import { nilable, omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { Address } from '@wadi/primitives/address'
import { Hash } from '@wadi/primitives/hash'

/** One of the authority proposed an action, or agreed to it. */
export const ActionSubmittedEvent = struct({ submitter: Address, vault: Address, nonce: u64 })
export type ActionSubmittedEvent = Infer<typeof ActionSubmittedEvent>

/** An action that waited will not be executed. */
export const ActionCanceledEvent = struct({ vault: Address, nonce: u64 })
export type ActionCanceledEvent = Infer<typeof ActionCanceledEvent>

/** How an action went: nothing in it means well. */
export const ActionExecutionResult = struct({ module: omitEmpty(text), code: omitEmpty(u32) })
export type ActionExecutionResult = Infer<typeof ActionExecutionResult>

/** Enough had agreed, and this is how it went. */
export const ActionExecutedEvent = struct({
  vault: Address,
  nonce: u64,
  result: omitEmpty(ActionExecutionResult),
})
export type ActionExecutedEvent = Infer<typeof ActionExecutedEvent>

/** A vault was suspended or works again. */
export const StateChangedEvent = struct({ vault: Address, oldState: u8, newState: u8 })
export type StateChangedEvent = Infer<typeof StateChangedEvent>

/** An address may withdraw more or less than before. */
export const PolicyUpdatedEvent = struct({ vault: Address, address: Address })
export type PolicyUpdatedEvent = Infer<typeof PolicyUpdatedEvent>

/** Others decide about the vault now. */
export const AuthorityUpdatedEvent = struct({ vault: Address })
export type AuthorityUpdatedEvent = Infer<typeof AuthorityUpdatedEvent>

/** Bodies by kind, as in the attributes of a block's results. */
export const events = {
  action_submitted: ActionSubmittedEvent,
  action_canceled: ActionCanceledEvent,
  action_executed: ActionExecutedEvent,
  state_changed: StateChangedEvent,
  policy_updated: PolicyUpdatedEvent,
  authority_updated: AuthorityUpdatedEvent,
} as const

/** An event as the API gives it. */
export const Event = struct({
  height: omitEmpty(i64),
  txHash: omitEmpty(Hash),
  actionSubmitted: optional(ActionSubmittedEvent),
  actionCanceled: optional(ActionCanceledEvent),
  actionExecuted: optional(ActionExecutedEvent),
  stateChanged: optional(StateChangedEvent),
  // COMPAT(oasis-core): the last two are never left out.
  policyUpdated: nilable(PolicyUpdatedEvent),
  authorityUpdated: nilable(AuthorityUpdatedEvent),
})
export type Event = Infer<typeof Event>
