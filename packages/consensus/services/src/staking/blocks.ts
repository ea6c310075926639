/** What staking does before and after a block's transactions, and when an epoch begins. */

import { stakingAddress } from '@wadi/primitives/address'
import { EPOCH_INVALID } from '@wadi/primitives/epoch'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { beginningEpoch, currentEpoch } from '../beacon/queries.ts'
import { blockCell } from '../kernel/block.ts'
import type { Context } from '../kernel/context.ts'
import { nodeByCometAddress } from '../registry/queries.ts'
import { addReward, blockFees } from './actions.ts'
import { releaseDebonding } from './debonding.ts'
import { type Participants, payBlockFees, payLastBlockFees } from './fees.ts'
import { parametersOf } from './queries.ts'
import { rewardScaleAt } from './rewards.ts'
import { countSigning, rewardSigning } from './signing.ts'
import { punish } from './slashing.ts'

/** The entity that proposed the block: during the block its nodes may vanish. */
const blockProposer = blockCell<PublicKey | undefined>(() => undefined)

/** Pays and rewards those who made the last block, and punishes those who misbehaved. */
export function beginBlock(ctx: Context): void {
  const participants = participantsOf(ctx)
  payLastBlockFees(ctx, participants)
  blockProposer.set(ctx.block, participants.proposer)
  rewardProposing(ctx, participants)
  countSigning(ctx, participants.voters)
  for (const misbehaviour of ctx.block.misbehaviour) punish(ctx, misbehaviour)
}

/** Divides the block's fees. At the beginning of an epoch pays what has waited long enough. */
export function endBlock(ctx: Context): undefined {
  payBlockFees(ctx, blockProposer.get(ctx.block), blockFees.get(ctx.block))
  const epoch = beginningEpoch(ctx)
  if (epoch === undefined) return
  releaseDebonding(ctx, epoch)
  rewardSigning(ctx, epoch)
}

function participantsOf({ state, block }: Context): Participants {
  const entityOf = (validator: Uint8Array) => nodeByCometAddress(state, validator)?.entityId
  const { lastCommit } = block
  return {
    proposer: entityOf(block.proposer),
    eligibleCount: lastCommit.length,
    voters: lastCommit
      .filter(({ hasSigned }) => hasSigned)
      .map(({ validator }) => entityOf(validator))
      .filter((entity) => entity !== undefined),
  }
}

/** Rewards the proposer for its stake, the more the more votes it has collected. */
function rewardProposing(ctx: Context, participants: Participants): void {
  const { proposer, eligibleCount, voters } = participants
  const epoch = currentEpoch(ctx)
  if (proposer === undefined || epoch === EPOCH_INVALID) return
  const { rewardSchedule, rewardFactorBlockProposed: factor } = parametersOf(ctx.state)
  const scale = rewardScaleAt(rewardSchedule, epoch)
  if (scale === undefined) return
  const attenuation = {
    numerator: BigInt(voters.length),
    denominator: BigInt(eligibleCount),
  }
  addReward(ctx, epoch, { factor, scale, attenuation }, stakingAddress(proposer))
}
