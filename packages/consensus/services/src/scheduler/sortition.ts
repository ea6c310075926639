/** The order that nobody can choose: by the hash of what each node has proved. */

import { compareBytes, equalBytes, toUtf8 } from '@wadi/base/bytes'
import type { CommitteeKind, CommitteeRole } from '@wadi/consensus/scheduler/committee'
import { tupleHasher256 } from '@wadi/crypto/hash/cshake'
import type { Epoch } from '@wadi/primitives/epoch'
import { u64Key } from '@wadi/primitives/keyFormat'
import type { Namespace } from '@wadi/primitives/namespace'
import type { Context } from '../kernel/context.ts'
import type { Candidate } from './election.ts'

const DIGEST_BYTES = 32

/** What a sortition is for, so that none says anything about another one. */
export interface Sortition {
  readonly custom: string
  readonly elements: readonly Uint8Array[]
}

/** The places of a runtime's committee that have one role. */
export interface Seats {
  readonly runtimeId: Namespace
  readonly kind: CommitteeKind
  readonly role: CommitteeRole
}

function elementsOf({ chain }: Context, epoch: Epoch, seats?: Seats): readonly Uint8Array[] {
  const common = [toUtf8(chain.context), u64Key.toBytes(epoch)]
  if (seats === undefined) return common
  return [...common, seats.runtimeId, Uint8Array.of(seats.kind), Uint8Array.of(seats.role)]
}

/** For the nodes of an entity that has more than may validate. */
export function validatorSortition(ctx: Context, epoch: Epoch): Sortition {
  return { custom: 'oasis-core:vrf/validator', elements: elementsOf(ctx, epoch) }
}

/** For those seats. */
export function committeeSortition(ctx: Context, epoch: Epoch, seats: Seats): Sortition {
  return { custom: 'oasis-core:vrf/committee', elements: elementsOf(ctx, epoch, seats) }
}

/** For the nodes of an entity that has more than may stand for those seats. */
export function dedupSortition(ctx: Context, epoch: Epoch, seats: Seats): Sortition {
  return { custom: 'oasis-core:vrf/dedup', elements: elementsOf(ctx, epoch, seats) }
}

/** Those who have proved something, in the order of the sortition. Of equal digests the first. */
export function inSortedOrder(
  { custom, elements }: Sortition,
  candidates: readonly Candidate[],
): readonly Candidate[] {
  const digestOf = tupleHasher256({ custom, size: DIGEST_BYTES }, ...elements)
  const digested = candidates.flatMap((candidate) =>
    candidate.beta === undefined ? [] : [{ candidate, digest: digestOf(candidate.beta) }],
  )
  digested.sort((a, b) => compareBytes(a.digest, b.digest))
  return digested
    .filter(({ digest }, i) => i === 0 || !equalBytes(digest, digested[i - 1]!.digest))
    .map(({ candidate }) => candidate)
}
