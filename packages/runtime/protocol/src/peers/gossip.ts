/** What is said on the topics of a runtime. */

import type { Infer } from '@wadi/cbor/codec'
import { bytes } from '@wadi/cbor/scalars'
import { named, omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { Proposal } from '@wadi/consensus/roothash/commitments'
import { Epoch } from '@wadi/primitives/epoch'

/** On the topic of the committee. COMPAT(oasis-core): the name begins with a capital there. */
export const CommitteeMessage = struct({
  epoch: omitEmpty(Epoch),
  proposal: named('Proposal', optional(Proposal)),
})
export type CommitteeMessage = Infer<typeof CommitteeMessage>

/** On the topic of transactions: one of them, in the runtime's own form. */
export const TransactionMessage = bytes
