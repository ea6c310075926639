/** Who gets a block's fees: its proposer, those who vote for it, and the next proposer. */

import { stakingAddress } from '@wadi/primitives/address'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { add, divide, multiply, type Quantity, quantity, subtract } from '@wadi/primitives/quantity'
import { COMMON_POOL_ADDRESS, FEE_ACCUMULATOR_ADDRESS } from '@wadi/primitives/reservedAddresses'
import type { Context } from '../kernel/context.ts'
import { emit } from '../kernel/events.ts'
import { credited } from './accounts.ts'
import { accountOf, commonPoolOf, lastBlockFeesOf, parametersOf } from './queries.ts'
import { setAccount, setCommonPool, setLastBlockFees } from './state.ts'

/** Who made the block before this one, and who proposes this one. */
export interface Participants {
  /** The entity of the proposer; undefined if nobody knows its node. */
  readonly proposer: PublicKey | undefined
  /** How many validators could have voted. */
  readonly eligibleCount: number
  /** The entities of those who did, once for each of their validators. */
  readonly voters: readonly PublicKey[]
}

function payEntity(ctx: Context, entity: PublicKey, amount: Quantity): void {
  const { state } = ctx
  const to = stakingAddress(entity)
  setAccount(state, to, credited(accountOf(state, to), amount))
  emit(ctx, 'oasis_event_100_staking', 'transfer', { from: FEE_ACCUMULATOR_ADDRESS, to, amount })
}

function payCommonPool(ctx: Context, amount: Quantity): void {
  const { state } = ctx
  setCommonPool(state, add(commonPoolOf(state), amount))
  const event = { from: FEE_ACCUMULATOR_ADDRESS, to: COMMON_POOL_ADDRESS, amount }
  emit(ctx, 'oasis_event_100_staking', 'transfer', event)
}

/**
 * Pays what is left of the last block's fees to those who voted for it and to the next proposer.
 * COMPAT(oasis-core): if voters and next proposers were to get something until the last block and
 * are to get nothing now, the reference divides by zero and stops for good.
 */
export function payLastBlockFees(ctx: Context, participants: Participants): void {
  const { proposer, eligibleCount, voters } = participants
  let fees = lastBlockFeesOf(ctx.state)
  if (fees === 0n) return
  const { feeSplitWeightVote, feeSplitWeightNextPropose } = parametersOf(ctx.state)
  const perValidator = divide(fees, quantity(BigInt(eligibleCount)))
  const weights = add(feeSplitWeightVote, feeSplitWeightNextPropose)
  const nextShare = divide(multiply(perValidator, feeSplitWeightNextPropose), weights)
  const voteShare = subtract(perValidator, nextShare)
  const nextTotal = multiply(nextShare, quantity(BigInt(voters.length)))
  if (proposer !== undefined && nextTotal !== 0n) {
    payEntity(ctx, proposer, nextTotal)
    fees = subtract(fees, nextTotal)
  }
  if (voteShare !== 0n)
    for (const voter of voters) {
      payEntity(ctx, voter, voteShare)
      fees = subtract(fees, voteShare)
    }
  if (fees !== 0n) payCommonPool(ctx, fees)
}

/** Pays the proposer its part of this block's fees, and keeps the rest for the next block. */
export function payBlockFees(ctx: Context, proposer: PublicKey | undefined, fees: Quantity): void {
  const { state } = ctx
  if (fees === 0n) {
    setLastBlockFees(state, fees)
    return
  }
  const { feeSplitWeightPropose, feeSplitWeightVote, feeSplitWeightNextPropose } =
    parametersOf(state)
  const later = add(feeSplitWeightVote, feeSplitWeightNextPropose)
  const kept = divide(multiply(fees, later), add(later, feeSplitWeightPropose))
  setLastBlockFees(state, kept)
  const rest = subtract(fees, kept)
  if (rest === 0n) return
  if (proposer === undefined) payCommonPool(ctx, rest)
  else payEntity(ctx, proposer, rest)
}
