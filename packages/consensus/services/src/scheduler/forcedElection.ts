/** Nodes that are elected whatever the lots say, in networks for tests only. */

import { compareBytes, toHex } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import type { ForceElectCommitteeRole, Parameters } from '@wadi/consensus/scheduler'
import { CommitteeRole } from '@wadi/consensus/scheduler/committee'
import type { PublicKey } from '@wadi/primitives/publicKey'
import type { Context } from '../kernel/context.ts'
import type { Candidate } from './election.ts'
import type { Seats } from './sortition.ts'

/** Is anybody forced into committees? */
export function isForcing({ chain }: Context, { debugForceElect }: Parameters): boolean {
  return chain.isDebug && debugForceElect !== undefined && debugForceElect.size > 0
}

/** Is the node forced into this committee, so that it needs no proof? */
export function isForced(
  ctx: Context,
  { debugForceElect }: Parameters,
  { runtimeId, kind }: Omit<Seats, 'role'>,
  id: PublicKey,
): boolean {
  return ctx.chain.isDebug && debugForceElect?.get(runtimeId)?.get(id)?.kind === kind
}

/** Nodes that have seats already, each with its place among the workers. */
export type Forced = ReadonlyMap<Candidate, ForceElectCommitteeRole>

/** Those who are forced into the seats, by node; undefined if there is no seat for one of them. */
export function forcedInto(
  { debugForceElect }: Parameters,
  { runtimeId, kind, role }: Seats,
  pool: readonly Candidate[],
  size: number,
): Forced | undefined {
  const wanted = [...(debugForceElect?.get(runtimeId) ?? [])].filter(([, place]) => {
    assert(place !== undefined, 'scheduler: a forced election without a place')
    return place.kind === kind && place.roles.includes(role)
  })
  wanted.sort(([a], [b]) => compareBytes(a, b))
  const candidates = new Map(pool.map((candidate) => [toHex(candidate.node.id), candidate]))
  const forced = new Map<Candidate, ForceElectCommitteeRole>()
  for (const [id, place] of wanted) {
    const candidate = candidates.get(toHex(id))
    if (candidate === undefined || forced.size >= size) return undefined
    forced.set(candidate, place!)
  }
  return forced
}

/**
 * The elected in the order in which they sit: each forced worker in its place, the others around
 * them. Undefined if there is no such place, or if it is taken.
 */
export function seated(
  elected: readonly Candidate[],
  forced: Forced,
  { role }: Seats,
): readonly Candidate[] | undefined {
  if (forced.size === 0 || role !== CommitteeRole.names.worker) return elected
  const places = new Map<bigint, Candidate>()
  for (const [candidate, { index }] of forced) {
    if (index >= elected.length || places.has(index)) return undefined
    places.set(index, candidate)
  }
  const others = elected.filter((candidate) => !forced.has(candidate)).values()
  return elected.map((_, i) => places.get(BigInt(i)) ?? others.next().value!)
}
