/** Who may do what in a committee. Workers come first among the members, then backup workers. */

import { equalBytes } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { encode } from '@wadi/cbor/codec'
import { Committee, type CommitteeNode, CommitteeRole } from '@wadi/consensus/scheduler/committee'
import type { PublicKey } from '@wadi/primitives/publicKey'

const { worker: WORKER, 'backup-worker': BACKUP_WORKER } = CommitteeRole.names

/**
 * Are they the same in every respect? Whoever is slashed is replaced within the epoch, so that
 * the epoch for which a committee is valid does not tell.
 */
export function isSameCommittee(a: Committee | undefined, b: Committee | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return equalBytes(encode(Committee, a), encode(Committee, b))
}

/** The members in order, of which there is none that is null. */
export function membersOf({ members = [] }: Committee): readonly CommitteeNode[] {
  return members.map((member) => {
    assert(member !== undefined, 'committee: a member is null')
    return member
  })
}

function workersOf(committee: Committee): readonly CommitteeNode[] {
  const members = membersOf(committee)
  const end = members.findIndex(({ role }) => role !== WORKER)
  return end < 0 ? members : members.slice(0, end)
}

const isNamed =
  (id: PublicKey) =>
  ({ publicKey }: CommitteeNode): boolean =>
    equalBytes(publicKey, id)

/** Is the node in the committee, whatever its role? */
export function isMember(committee: Committee, id: PublicKey): boolean {
  return membersOf(committee).some(isNamed(id))
}

/** Is the node among the workers at the head of the list? */
export function isWorker(committee: Committee, id: PublicKey): boolean {
  return workersOf(committee).some(isNamed(id))
}

/** Is the node among the backup workers at the end of the list? */
export function isBackupWorker(committee: Committee, id: PublicKey): boolean {
  const members = membersOf(committee)
  const before = members.findLastIndex(({ role }) => role !== BACKUP_WORKER)
  return members.slice(before + 1).some(isNamed(id))
}

/**
 * Whose turn it is: 0 for the primary scheduler of the round, more for those who stand in for it;
 * undefined for a node that may not schedule.
 */
export function schedulerRank(
  committee: Committee,
  round: bigint,
  id: PublicKey,
): bigint | undefined {
  const workers = workersOf(committee)
  // COMPAT(oasis-core): of a node that is a worker twice, the last place counts.
  const index = workers.findLastIndex(isNamed(id))
  if (index < 0) return undefined
  // COMPAT(oasis-core): the sum wraps around at 2^64.
  return BigInt.asUintN(64, round + BigInt(index)) % BigInt(workers.length)
}

/** The place of the scheduler of a rank in the list of members; undefined if there is none. */
export function schedulerIndex(
  committee: Committee,
  round: bigint,
  rank: bigint,
): number | undefined {
  const count = BigInt(workersOf(committee).length)
  return rank < count ? Number((rank + count - (round % count)) % count) : undefined
}
