/**
 * What nodes keep: the rounds that their operators want, the last normal one, and both trees of
 * each; not much more; checkpoints as often as the descriptor says, of trees that there were. In
 * the end whoever stays runs, and has come to where the chain is, whatever became of its disk.
 */

import { equalBytes } from '@wadi/base/bytes'
import { HEADER_TYPES, type Header } from '@wadi/consensus/roothash/block'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import type { RuntimeWorker } from '@wadi/workers/runtime-worker'
import type { StoreTerms } from '../plan/paratimePlan.ts'
import type { ParatimeChecker, ParatimeWorld } from './paratimeChecker.ts'

/** Rounds of one ParaTime, and when each was over. */
interface Rounds {
  readonly headers: Map<bigint, Header>
  readonly ends: { readonly round: bigint; readonly atMs: number }[]
  lastNormal: bigint
}

interface Place {
  readonly rounds: Rounds
  /** How many rounds the node keeps; undefined for all. */
  readonly kept: number | undefined
  readonly node: number
  readonly paratime: number
  readonly worker: RuntimeWorker
}

/** So long after healing everybody has come round. */
const HEALED_MS = 45_000
/** How far behind a node may be. */
const BEHIND_MS = 15_000
/** Rounds that are dropped, and of which checkpoints are made, a little later. */
const LATER_ROUNDS = 15n
/** COMPAT(oasis-core): new checkpoints are not counted before the next time, nor is the first. */
const UNCOUNTED = 2
/** Of a round. */
const TREES = 2

/** See the top of this file. */
export function createStores(world: ParatimeWorld): ParatimeChecker {
  const name = 'stores'
  const { plan } = world
  const known = plan.paratimes.map((): Rounds => {
    return { headers: new Map(), ends: [], lastNormal: 0n }
  })
  let healedMs: number | undefined
  const places = function* (): Generator<Place> {
    for (const [paratime, rounds] of known.entries())
      for (let node = 0; node < plan.executors; node++) {
        const worker = world.isHonest(node) ? world.worker(node, paratime) : undefined
        const kept = plan.stores?.roundsKept[node]
        if (worker !== undefined) yield { node, paratime, worker, rounds, kept }
      }
  }
  const absent = function* (): Generator<Pick<Place, 'node' | 'paratime'>> {
    for (const paratime of known.keys())
      for (let node = 0; node < plan.executors; node++)
        if (world.isCore(node) && world.worker(node, paratime) === undefined)
          yield { node, paratime }
  }
  const tell = ({ node, paratime }: Place, why: string | undefined) => {
    if (why !== undefined) world.report(name, `paratime ${paratime}: node ${node} ${why}`)
  }
  return {
    name,
    onHealed() {
      healedMs = world.nowMs()
    },
    onRound({ paratime, header }) {
      const rounds = known[paratime]!
      const { round, headerType } = header
      rounds.headers.set(round, header)
      rounds.ends.push({ round, atMs: world.nowMs() })
      if (headerType === HEADER_TYPES.normal) rounds.lastNormal = round
    },
    onSecond() {
      for (const place of places()) {
        if ((place.worker.history.earliestRound ?? 0n) > 0n) world.count('pruning')
        tell(place, whyDropped(place, plan.stores))
      }
    },
    onOver() {
      if (healedMs === undefined || world.nowMs() - healedMs < HEALED_MS) return
      for (const { node, paratime } of absent())
        world.report(name, `paratime ${paratime}: node ${node} does not run`)
      for (const place of places()) {
        if (!world.isCore(place.node)) continue
        tell(place, whyNotThere(place, plan.stores, world.nowMs() - BEHIND_MS))
        tell(place, whyTooMuch(place))
        if (plan.stores !== undefined) tell(place, whyOtherCheckpoints(place, plan.stores))
      }
    },
  }
}

function lacks({ worker: { store }, rounds: { headers } }: Place, round: bigint): boolean {
  const header = headers.get(round)
  return header !== undefined && !store.hasRound(header)
}

function whyDropped(place: Place, stores: StoreTerms | undefined): string | undefined {
  const { kept, rounds, worker } = place
  const { history, store } = worker
  const { earliestRound: first, lastRound: last } = history
  if (first === undefined || last === undefined) return undefined
  const bound = kept === undefined ? 0n : last - BigInt(kept) + 1n
  if (first > 0n && first > bound) return `has no round before ${first}, and is at ${last}`
  const { lastNormal } = rounds
  if (lastNormal <= last && history.committedBlock(lastNormal) === undefined)
    return `has dropped the last normal round ${lastNormal}`
  const { earliestRound: earliest, lastRound: synced } = store
  if (earliest === undefined || synced === undefined) return undefined
  if (earliest > first && !mayBegin(earliest, stores))
    return `has no trees before round ${earliest}, and keeps rounds from ${first} on`
  const lacking = [earliest, synced].find((round) => lacks(place, round))
  return lacking === undefined ? undefined : `does not have the trees of round ${lacking}`
}

/** Whoever goes on with a checkpoint has nothing before, or nothing since it was away. */
function mayBegin(round: bigint, stores: StoreTerms | undefined): boolean {
  return stores !== undefined && round % BigInt(stores.checkpointEvery) === 0n
}

function whyNotThere(
  place: Place,
  stores: StoreTerms | undefined,
  untilMs: number,
): string | undefined {
  const { worker, rounds } = place
  const due = rounds.ends.findLast(({ atMs }) => atMs <= untilMs)?.round ?? 0n
  const { earliestRound: earliest = 0n, lastRound: synced = -1n } = worker.store
  if (synced < due) return `has trees up to round ${synced}, and ${due} is long over`
  for (let round = earliest; round < synced; round++) {
    const isLast = lacks(place, round) && !lacks(place, round + 1n)
    if (isLast && !mayBegin(round + 1n, stores)) return `has lost the trees of round ${round}`
  }
  return undefined
}

function whyTooMuch({ kept, rounds, worker }: Place): string | undefined {
  const { earliestRound: first, lastRound: last } = worker.history
  if (kept === undefined || first === undefined || last === undefined) return undefined
  const [wanted, { lastNormal }] = [last - BigInt(kept), rounds]
  const bound = wanted < lastNormal ? wanted : lastNormal
  return first < bound - LATER_ROUNDS
    ? `keeps round ${first}, and is at ${last}, of which it wants ${kept}`
    : undefined
}

function whyOtherCheckpoints(
  { node, worker, rounds: { headers } }: Place,
  { checkpointEvery, checkpointsKept, newDisks }: StoreTerms,
): string | undefined {
  const { earliestRound: earliest = 0n, lastRound: synced = 0n } = worker.store
  const trees = new Map<bigint, number>()
  for (const { root } of worker.trees.checkpoints()) {
    const { version: round, hash, type } = root
    trees.set(round, (trees.get(round) ?? 0) + 1)
    const header = headers.get(round)
    const due = type === ROOT_TYPE_STATE ? header?.stateRoot : header?.ioRoot
    if (due !== undefined && !equalBytes(hash, due))
      return `has a checkpoint of a tree that round ${round} does not have`
  }
  if (trees.size > checkpointsKept + UNCOUNTED)
    return `has checkpoints of rounds ${[...trees.keys()].join()}`
  const every = BigInt(checkpointEvery)
  const due = synced < LATER_ROUNDS ? 0n : ((synced - LATER_ROUNDS) / every) * every
  const isNew = newDisks.some((one) => one.node === node)
  if (due === 0n || (isNew && due < earliest)) return undefined
  const isMade = [...trees].some(([round, count]) => round >= due && count === TREES)
  return isMade ? undefined : `has no checkpoint since round ${due}, and is at ${synced}`
}
