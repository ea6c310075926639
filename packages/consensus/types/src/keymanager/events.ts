/** What the key manager's secrets part tells. */

import type { Infer } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { named, nilable, struct } from '@wadi/cbor/struct'
import { SignedEncryptedEphemeralSecret, SignedEncryptedMasterSecret, Status } from './types.ts'

// COMPAT(oasis-core): the Go types have no tags, so the names are capitalised.

/** Key managers that stand elsewhere now. */
export const StatusUpdateEvent = struct({
  statuses: named('Statuses', nilable(list(nilable(Status)))),
})
export type StatusUpdateEvent = Infer<typeof StatusUpdateEvent>

/** An enclave proposed the next master secret. */
export const MasterSecretEvent = struct({
  secret: named('Secret', nilable(SignedEncryptedMasterSecret)),
})
export type MasterSecretEvent = Infer<typeof MasterSecretEvent>

/** An enclave published the ephemeral secret of an epoch. */
export const EphemeralSecretEvent = struct({
  secret: named('Secret', nilable(SignedEncryptedEphemeralSecret)),
})
export type EphemeralSecretEvent = Infer<typeof EphemeralSecretEvent>

/** Bodies by kind, as in the attributes of a block's results. */
export const events = {
  status: StatusUpdateEvent,
  master_secret: MasterSecretEvent,
  ephemeral_secret: EphemeralSecretEvent,
} as const
