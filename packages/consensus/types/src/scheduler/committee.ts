/** The nodes that are elected to do something for a runtime. */

import type { Infer } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { namedInteger } from '@wadi/cbor/mapped'
import { u8 } from '@wadi/cbor/scalars'
import { nilable, struct } from '@wadi/cbor/struct'
import { Epoch } from '@wadi/primitives/epoch'
import { Namespace } from '@wadi/primitives/namespace'
import { PublicKey } from '@wadi/primitives/publicKey'

/** What a committee is for. */
export const CommitteeKind = namedInteger(u8, { invalid: 0, executor: 1 })
export type CommitteeKind = Infer<typeof CommitteeKind>

/** What a node does in a committee. */
export const CommitteeRole = namedInteger(u8, { invalid: 0, worker: 1, 'backup-worker': 2 })
export type CommitteeRole = Infer<typeof CommitteeRole>

/** A member; one node may be in a committee twice, in different roles. */
export const CommitteeNode = struct({ role: CommitteeRole, publicKey: PublicKey })
export type CommitteeNode = Infer<typeof CommitteeNode>

/** The nodes that serve a runtime for an epoch. */
export const Committee = struct({
  kind: CommitteeKind,
  // COMPAT(oasis-core): the elements are pointers, and null is kept; no rule writes it.
  members: nilable(list(nilable(CommitteeNode))),
  runtimeId: Namespace,
  validFor: Epoch,
})
export type Committee = Infer<typeof Committee>
