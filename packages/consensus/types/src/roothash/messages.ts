/** What runtimes ask of the consensus layer, and what is asked of them. */

import type { Infer } from '@wadi/cbor/codec'
import { encode } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { bytes, raw, text, u16, u32, u64 } from '@wadi/cbor/scalars'
import type { Schema } from '@wadi/cbor/schema'
import { omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { Address } from '@wadi/primitives/address'
import { EMPTY_HASH, type Hash, hashOfBytes } from '@wadi/primitives/hash'
import { Quantity } from '@wadi/primitives/quantity'
import { CastVote } from '../governance/methods.ts'
import { ProposalContent } from '../governance/types.ts'
import { Runtime } from '../registry/runtime.ts'
import { AddEscrow, ReclaimEscrow, Transfer, Withdraw } from '../staking/methods.ts'

/** The version of the messages that are made today. */
export const MESSAGE_VERSION = 0

/** One of these: what a runtime does with its own account. */
export const StakingMessage = struct({
  v: u16,
  transfer: optional(Transfer),
  withdraw: optional(Withdraw),
  addEscrow: optional(AddEscrow),
  reclaimEscrow: optional(ReclaimEscrow),
})
export type StakingMessage = Infer<typeof StakingMessage>

/** A runtime that governs itself changes its descriptor. */
export const RegistryMessage = struct({ v: u16, updateRuntime: optional(Runtime) })
export type RegistryMessage = Infer<typeof RegistryMessage>

/** One of these: a runtime takes part in governance. */
export const GovernanceMessage = struct({
  v: u16,
  castVote: optional(CastVote),
  submitProposal: optional(ProposalContent),
})
export type GovernanceMessage = Infer<typeof GovernanceMessage>

/** One of these. The reference decodes any combination and refuses the wrong ones later. */
export const Message = struct({
  staking: optional(StakingMessage),
  registry: optional(RegistryMessage),
  governance: optional(GovernanceMessage),
})
export type Message = Infer<typeof Message>

/** How a message went. */
export const MessageEvent = struct({
  module: omitEmpty(text),
  code: omitEmpty(u32),
  index: omitEmpty(u32),
  /** The encoded result: null when there is none. */
  result: omitEmpty(raw),
})
export type MessageEvent = Infer<typeof MessageEvent>

/** A message that somebody sent to the runtime. */
export const IncomingMessage = struct({
  id: u64,
  caller: Address,
  tag: omitEmpty(u64),
  fee: omitEmpty(Quantity),
  tokens: omitEmpty(Quantity),
  data: omitEmpty(bytes),
})
export type IncomingMessage = Infer<typeof IncomingMessage>

/** How many messages wait, and the number that the next one gets. */
export const IncomingMessageQueueMeta = struct({
  size: omitEmpty(u32),
  nextSequenceNumber: omitEmpty(u64),
})
export type IncomingMessageQueueMeta = Infer<typeof IncomingMessageQueueMeta>

function hashOfList<T>(item: Schema<T>, items: readonly T[]): Hash {
  return items.length === 0 ? EMPTY_HASH : hashOfBytes(encode(list(item), items))
}

/** The hash of a round's messages; without any it is the hash of nothing, not of an empty list. */
export function hashOfMessages(messages: readonly Message[]): Hash {
  return hashOfList(Message, messages)
}

/** The hash of a round's incoming messages, by the same rule. */
export function hashOfIncomingMessages(messages: readonly IncomingMessage[]): Hash {
  return hashOfList(IncomingMessage, messages)
}
