/** When checkpoints are made, and which ones are removed. */

/** What a runtime's descriptor says about checkpoints; its first round has one in any case. */
export interface CheckpointParameters {
  /** In rounds; zero for none. */
  readonly interval: bigint
  readonly keptCount: bigint
  readonly genesisRound: bigint
}

/** What there is. */
export interface CheckpointView {
  /** A round that is final. */
  readonly round: bigint
  /** The first round that is in storage. */
  readonly earliest: bigint
  /** Of every checkpoint that is there, a round and how many of its trees it has. */
  readonly existing: readonly { readonly round: bigint; readonly treeCount: number }[]
}

/** What to do. */
export interface CheckpointPlan {
  /** The newest first: if one cannot be made, the older ones are left. */
  readonly create: readonly bigint[]
  readonly remove: readonly bigint[]
}

/** State, and inputs and outputs. */
const TREES_PER_ROUND = 2
/** However many a descriptor asks for. */
const CREATED_MAX = 16

/** What to do when a round has become final. */
export function planCheckpoints(
  { interval, keptCount, genesisRound }: CheckpointParameters,
  { round, earliest, existing }: CheckpointView,
): CheckpointPlan {
  if (interval === 0n || round < genesisRound) return { create: [], remove: [] }
  let last = 0n
  for (const { round: known, treeCount } of existing) {
    if (treeCount >= TREES_PER_ROUND && known > last) last = known
  }
  const first = most(last + 1n, earliest, genesisRound)
  const create: bigint[] = []
  let next = genesisRound + ((round - genesisRound) / interval) * interval
  while (next >= first && create.length < CREATED_MAX) {
    create.push(next)
    if (next < interval || BigInt(create.length) >= keptCount) break
    next -= interval
  }
  return { create, remove: removed(existing, keptCount, genesisRound) }
}

/**
 * COMPAT(oasis-core): those that are made now do not count yet, so there may be more than are to
 * be kept until the next time. The first round's stays for ever.
 */
function removed(
  existing: CheckpointView['existing'],
  keptCount: bigint,
  genesisRound: bigint,
): readonly bigint[] {
  const rounds = existing.map(({ round }) => round).sort((a, b) => (a < b ? -1 : 1))
  const old = rounds[0] === genesisRound ? rounds.slice(1) : rounds
  return BigInt(old.length) > keptCount ? old.slice(0, old.length - Number(keptCount)) : []
}

function most(first: bigint, ...others: readonly bigint[]): bigint {
  let result = first
  for (const other of others) if (other > result) result = other
  return result
}
