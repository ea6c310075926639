/** What a host tells a runtime without being asked. */

import type { Infer } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { bool, bytes, u64 } from '@wadi/cbor/scalars'
import { nilable, omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { Status } from '@wadi/consensus/keymanager'
import { QuotePolicy } from '@wadi/consensus/registry/quotePolicy'
import { AnnotatedBlock } from '@wadi/consensus/roothash/api'
import { TAG_COUNT_MAX } from '../limits.ts'

/** Where the key manager stands. */
export const KeyManagerStatusUpdateRequest = struct({ status: Status })
export type KeyManagerStatusUpdateRequest = Infer<typeof KeyManagerStatusUpdateRequest>

/** Which evidence of the key manager's enclaves is good enough. */
export const KeyManagerQuotePolicyUpdateRequest = struct({ policy: QuotePolicy })
export type KeyManagerQuotePolicyUpdateRequest = Infer<typeof KeyManagerQuotePolicyUpdateRequest>

/** The consensus layer has a block of this height. */
export const ConsensusSyncRequest = struct({ height: u64 })
export type ConsensusSyncRequest = Infer<typeof ConsensusSyncRequest>

/** Tags that the runtime wanted to hear of, and the block that they are of. */
export const RuntimeEventNotice = struct({
  block: nilable(AnnotatedBlock),
  tags: nilable(list(bytes)),
})
export type RuntimeEventNotice = Infer<typeof RuntimeEventNotice>

/** One of these: something that the runtime registered for. */
export const NotifyRequest = struct({
  runtimeBlock: optional(AnnotatedBlock),
  runtimeEvent: optional(RuntimeEventNotice),
})
export type NotifyRequest = Infer<typeof NotifyRequest>

/** What a runtime wants to hear of. Components of today say so in their configuration instead. */
export const RegisterNotifyRequest = struct({
  runtimeBlock: omitEmpty(bool),
  runtimeEvent: optional(struct({ tags: omitEmpty(list(bytes, { countMax: TAG_COUNT_MAX })) })),
})
export type RegisterNotifyRequest = Infer<typeof RegisterNotifyRequest>
