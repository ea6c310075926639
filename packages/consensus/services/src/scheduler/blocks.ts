/** When elections are held, and when they take effect. */

import { compareBytes, toHex } from '@wadi/base/bytes'
import { EPOCH_INVALID, type Epoch } from '@wadi/primitives/epoch'
import { beginningEpoch, epochOf } from '../beacon/queries.ts'
import type { Context } from '../kernel/context.ts'
import { hasEvent } from '../kernel/events.ts'
import type { ValidatorUpdate } from '../kernel/service.ts'
import { addRewards } from '../staking/actions.ts'
import { electCommittees } from './committees.ts'
import { callElection, type Election, type Operator } from './election.ts'
import { currentValidatorsOf, type ValidatorEntry } from './queries.ts'
import { setCurrentValidators, takePendingValidators } from './state.ts'
import { electValidators } from './validators.ts'

/** Holds elections when an epoch begins, and when somebody was slashed in this block so far. */
export function beginBlock(ctx: Context): void {
  // COMPAT(oasis-core): before the first block is committed the epoch is not the one in the state.
  const epoch = ctx.committed === undefined ? EPOCH_INVALID : epochOf(ctx.state)
  // In its first epoch a chain has no randomness, and no registrations worth electing.
  if (epoch === ctx.chain.baseEpoch) return
  if (beginningEpoch(ctx) !== undefined) reward(ctx, elect(ctx, epoch))
  else if (hasEvent(ctx, 'oasis_event_100_staking', 'take_escrow')) elect(ctx, epoch)
}

/** An election and who is to be rewarded for standing in it. */
interface Outcome {
  readonly election: Election
  readonly operators: ReadonlySet<Operator>
}

function elect(ctx: Context, epoch: Epoch): Outcome {
  ctx.chain.bus.publish(ctx, 'beforeSchedule', epoch)
  const election = callElection(ctx.state, epoch)
  // Without validators there is no chain; without a committee only its runtime waits.
  const validators = electValidators(ctx, election)
  const standing = electCommittees(ctx, election, validators)
  return { election, operators: new Set([...validators, ...standing]) }
}

function reward(ctx: Context, { election: { epoch, params }, operators }: Outcome): void {
  const addresses = Array.from(operators, ({ address }) => address).sort(compareBytes)
  addRewards(ctx, epoch, params.rewardFactorEpochElectionAny, addresses)
}

/** Puts the validators into office that were elected in this block, and tells CometBFT. */
export function endBlock({ state }: Context): readonly ValidatorUpdate[] | undefined {
  const pending = takePendingValidators(state)
  if (pending === undefined) return undefined
  const updates = updatesBetween(currentValidatorsOf(state), pending)
  setCurrentValidators(state, pending)
  return updates
}

/** Who is no validator any more, then who is a new one or has another power. */
function updatesBetween(
  before: readonly ValidatorEntry[],
  after: readonly ValidatorEntry[],
): readonly ValidatorUpdate[] {
  const powers = new Map(before.map(([key, { votingPower }]) => [toHex(key), votingPower]))
  const stays = new Set(after.map(([key]) => toHex(key)))
  const removed = before.filter(([key]) => !stays.has(toHex(key)))
  const changed = after.filter(([key, { votingPower }]) => powers.get(toHex(key)) !== votingPower)
  return [
    ...removed.map(([publicKey]) => ({ publicKey, power: 0n })),
    ...changed.map(([publicKey, { votingPower: power }]) => ({ publicKey, power })),
  ]
}
