/** Counting votes, without state. */

import { toHex } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { type KeyedMap, keyedMap } from '@wadi/cbor/collections'
import { type Proposal, ProposalState, Vote, type VoteEntry } from '@wadi/consensus/governance'
import type { Delegation, SharePool } from '@wadi/consensus/staking'
import type { Address } from '@wadi/primitives/address'
import {
  add,
  divide,
  multiply,
  type Quantity,
  quantity,
  subtract,
  ZERO,
} from '@wadi/primitives/quantity'
import { stakeForShares } from '../staking/shares.ts'

/** The entities that validate: hex of an entity's address → its delegators' pool. */
export type ValidatorPools = ReadonlyMap<string, SharePool>

/** Of which escrow accounts a voter has shares. */
export type FindDelegations = (
  voter: Address,
) => readonly (readonly [escrow: Address, Delegation])[]

/** What came out of a vote. */
export interface Tally {
  /** The stake behind each vote, zero where it was given and then taken away by delegators. */
  readonly results: KeyedMap<Vote, Quantity>
  /** So many votes had no stake behind them. */
  readonly invalidVotes: bigint
}

/** An entity's pool, what the entity voted, and the shares that stand behind each vote. */
interface Ballot {
  readonly pool: SharePool
  own: Vote | undefined
  readonly shares: Map<Vote, Quantity>
}

function addTo(sums: Map<Vote, Quantity>, vote: Vote, amount: Quantity): void {
  sums.set(vote, add(sums.get(vote) ?? ZERO, amount))
}

/**
 * Counts the votes. An entity votes with all shares of its pool; whoever has some of them, also
 * the entity itself, takes them away by voting otherwise.
 */
export function tally(
  votes: readonly VoteEntry[],
  pools: ValidatorPools,
  delegationsFor: FindDelegations,
): Tally {
  const ballots = new Map<string, Ballot>()
  for (const [entity, pool] of pools)
    ballots.set(entity, { pool, own: undefined, shares: new Map() })
  for (const { voter, vote } of votes) {
    const ballot = ballots.get(toHex(voter))
    if (ballot === undefined) continue
    ballot.own = vote
    addTo(ballot.shares, vote, ballot.pool.totalShares)
  }
  let invalidVotes = 0n
  for (const { voter, vote } of votes) {
    let isValid = false
    for (const [escrow, { shares }] of delegationsFor(voter)) {
      const ballot = ballots.get(toHex(escrow))
      if (ballot === undefined) continue
      isValid = true
      override(ballot, vote, shares)
    }
    if (!isValid) invalidVotes++
  }
  return { results: resultsOf(ballots.values()), invalidVotes }
}

/** Has a delegator's own vote count for its shares. */
function override({ own, shares }: Ballot, vote: Vote, amount: Quantity): void {
  if (own === vote) return
  if (own !== undefined) shares.set(own, subtract(shares.get(own) ?? ZERO, amount))
  addTo(shares, vote, amount)
}

function resultsOf(ballots: Iterable<Ballot>): Tally['results'] {
  const results = new Map<Vote, Quantity>()
  for (const { pool, shares } of ballots)
    for (const [vote, amount] of shares) addTo(results, vote, stakeForShares(pool, amount))
  return keyedMap(Vote, results)
}

const PERCENT = quantity(100n)

/** Does a proposal pass? The threshold is a percentage of all stake, whoever voted. */
export function decideOutcome(
  results: Tally['results'],
  totalStake: Quantity,
  stakeThreshold: number,
): Proposal['state'] {
  let voted = ZERO
  for (const stake of results.values()) voted = add(voted, stake)
  assert(voted <= totalStake, 'governance: more stake voted than there is')
  const yes = results.get(Vote.names.yes) ?? ZERO
  const { passed, rejected } = ProposalState.names
  if (yes === ZERO) return rejected
  return divide(multiply(yes, PERCENT), totalStake) < BigInt(stakeThreshold) ? rejected : passed
}
