/** How shares go from one committee to the next, without state. */

import { compareBytes } from '@wadi/base/bytes'
import { keyedMap } from '@wadi/cbor/collections'
import type { Application, Status } from '@wadi/consensus/churp'
import { EPOCH_INVALID, type Epoch } from '@wadi/primitives/epoch'
import { PublicKey } from '@wadi/primitives/publicKey'

/** The epoch of the next handoff where there is none. */
export const HANDOFFS_DISABLED: Epoch = EPOCH_INVALID

const NO_APPLICATIONS = keyedMap<PublicKey, Application>(PublicKey, [])

/** The epoch behind another one. COMPAT(oasis-core): the last one is followed by zero. */
export function epochAfter(epoch: Epoch): Epoch {
  return BigInt.asUintN(64, epoch + 1n)
}

/** Are there no handoffs? COMPAT(oasis-core): what counts is not when the next one would be. */
export function isDisabled({ handoffInterval }: Status): boolean {
  return handoffInterval === 0n
}

/** The scheme with another next handoff, for which nobody has applied. */
export function withHandoffAt(status: Status, nextHandoff: Epoch): Status {
  return { ...status, nextHandoff, nextChecksum: undefined, applications: NO_APPLICATIONS }
}

/** So many members lose their shares at worst before the secret is lost, and one more. */
export function minCommitteeSize({ threshold, extraShares }: Status): number {
  return threshold + extraShares + 1
}

/** So many nodes must apply for a handoff. */
export function minApplicants(status: Status): number {
  const { committee, threshold } = status
  const least = minCommitteeSize(status)
  // Even if as many dealers as the threshold betray the secret, one shareholder must not know it.
  if (committee.length === 0) return Math.max(least, threshold + 2)
  // To a new committee the secret goes over in shares of twice the degree.
  return isUnchanged(status) ? least : Math.max(least, 2 * threshold + 1)
}

/** Do the same nodes apply that form the committee? */
function isUnchanged({ committee, applications }: Status): boolean {
  return committee.length === applications.size && committee.every((id) => applications.has(id))
}

/** When it is tried to complete a handoff: in its epoch, or when that is over. */
export type Completion = 'in-time' | 'late'

/** The scheme after a handoff; undefined if the handoff cannot be completed. */
export function completedHandoff(status: Status, completion: Completion): Status | undefined {
  const { applications, handoffInterval, nextHandoff, nextChecksum } = status
  const confirmed = [...applications].filter(([, { reconstructed }]) => reconstructed)
  if (confirmed.length < minCommitteeSize(status)) return undefined
  if (completion === 'in-time' && confirmed.length < applications.size) return undefined
  const next = handoffAfter(status, completion)
  return {
    ...withHandoffAt(status, next),
    handoffInterval: next === HANDOFFS_DISABLED ? 0n : handoffInterval,
    handoff: nextHandoff,
    checksum: nextChecksum,
    committee: confirmed.map(([id]) => id).sort(compareBytes),
  }
}

function handoffAfter(status: Status, completion: Completion): Epoch {
  const { handoff, handoffInterval, nextHandoff } = status
  // COMPAT(oasis-core): what is kept from overflowing is the handoff before this one.
  if (handoff >= HANDOFFS_DISABLED - handoffInterval) return HANDOFFS_DISABLED
  const next = BigInt.asUintN(64, nextHandoff + handoffInterval)
  // Nodes have an epoch to apply in.
  const isTooSoon = completion === 'late' && handoffInterval === 1n && next < HANDOFFS_DISABLED
  return isTooSoon ? next + 1n : next
}
