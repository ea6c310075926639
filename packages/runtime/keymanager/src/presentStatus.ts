/** Whether what a host says of a key manager is what the consensus layer says. */

import { equalBytes } from '@wadi/base/bytes'
import { encodeRust } from '@wadi/cbor/codec'
import { Status } from '@wadi/consensus/keymanager'
import type { Namespace } from '@wadi/primitives/namespace'
import { statusOf } from './consensusReads.ts'
import type { ConsensusView } from './consensusView.ts'
import type { Conversation } from './conversation.ts'
import { errors } from './errors.ts'
import { presentPolicy } from './policy.ts'

/** A status as enclaves have it: what is absent there is empty. */
function present(status: Status): Status {
  const { checksum, nodes, policy, nextPolicy } = status
  return {
    ...status,
    checksum: checksum ?? new Uint8Array(0),
    nodes: nodes ?? [],
    policy: policy && presentPolicy(policy),
    nextPolicy: nextPolicy && presentPolicy(nextPolicy),
  }
}

/** The status of the consensus layer, if it is the one that the host has named. */
export function* verifiedStatus(
  view: ConsensusView,
  id: Namespace,
  untrusted: Status,
): Conversation<Status> {
  const published = yield* view.readLatest((state) => statusOf(state, id))
  if (published === undefined) throw errors.statusNotPublished()
  const [ours, theirs] = [present(published), present(untrusted)]
  const isSame = equalBytes(encodeRust(Status, ours), encodeRust(Status, theirs))
  if (!isSame) throw errors.statusMismatch()
  return ours
}
