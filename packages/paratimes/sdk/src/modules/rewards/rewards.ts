/** Rewards: who computes well for an epoch is paid for it. */

import { compareBytes, toHex } from '@wadi/base/bytes'
import { CodedError, definePlainErrors } from '@wadi/base/errors'
import { keyedMap } from '@wadi/cbor/collections'
import { Address, stakingAddress } from '@wadi/primitives/address'
import type { Frame } from '../../frame/frame.ts'
import { defineModule, type Module, parametersOf } from '../../module.ts'
import { table, u64At, u64Bytes } from '../../state/table.ts'
import { moduleAddress } from '../../types/addresses.ts'
import { type BaseUnits, U64_MAX } from '../../types/token.ts'
import { transfer } from '../accounts/balances.ts'
import { errors as accountErrors } from '../accounts/errors.ts'
import { hasEpochChanged } from '../core/hooks.ts'
import { EpochRewards, Parameters } from './types.ts'

const MODULE = 'rewards'
/** Version 1 kept all in one place. */
const LEGACY_KEY_BYTE = 0x01

const genesisErrors = definePlainErrors('paratimeRewards', {
  badSchedule: 'the steps are not in order',
  badThreshold: 'the threshold is more than all',
})

const parameters = parametersOf(MODULE, Parameters)
/** By epoch. */
const rewardsByEpoch = table(MODULE, 0x02, EpochRewards)
const legacy = table(MODULE, LEGACY_KEY_BYTE, EpochRewards)

/** What rewards are paid from. */
export const REWARD_POOL: Address = moduleAddress(MODULE, 'reward-pool')

/** The first state of rewards. */
export interface RewardsGenesis {
  readonly parameters: Parameters
}

/** Rewards, with its first parameters. */
export function rewards(genesis: RewardsGenesis): Module {
  checkParameters(genesis.parameters)
  return defineModule({
    name: MODULE,
    version: 2,
    parameters,
    init: (frame) => parameters.set(frame, genesis.parameters),
    steps: new Map([[1, (frame: Frame) => legacy.remove(frame.store)]]),
    hooks: { endBlock },
    methods: [],
  })
}

/** Replaces the parameters: for ParaTimes whose state moves to another version. */
export function setRewardParameters(frame: Frame, next: Parameters): void {
  checkParameters(next)
  parameters.set(frame, next)
}

function checkParameters(params: Parameters): void {
  let last = 0n
  for (const { until } of params.schedule.steps) {
    if (until <= last) throw genesisErrors.badSchedule(`until ${until}`)
    last = until
  }
  const { participationThresholdNumerator: numerator } = params
  const { participationThresholdDenominator: denominator } = params
  if (denominator === 0n || numerator > denominator) throw genesisErrors.badThreshold()
}

/**
 * Counts the last round: it is the one before the block, so that the last round of an epoch counts
 * for the next one.
 */
function endBlock(frame: Frame): void {
  const { store, context, roundResults } = frame
  const key = u64Bytes(context.epoch)
  const pending = new Map<string, readonly [Address, bigint | undefined]>()
  for (const [address, count] of rewardsByEpoch.get(store, key)?.pending ?? []) {
    pending.set(toHex(address), [address, count])
  }
  for (const entity of roundResults.goodComputeEntities) {
    const address = stakingAddress(entity)
    const known = pending.get(toHex(address))
    const count = known === undefined ? 0n : known[1]
    pending.set(toHex(address), [address, count === undefined ? undefined : count + 1n])
  }
  for (const entity of roundResults.badComputeEntities) {
    const address = stakingAddress(entity)
    pending.set(toHex(address), [address, undefined])
  }
  if (hasEpochChanged(frame)) payEpochs(frame)
  rewardsByEpoch.set(store, { pending: keyedMap(Address, [...pending.values()]) }, key)
}

/** Pays for all epochs that are noted, and forgets them. */
function payEpochs(frame: Frame): void {
  const all = rewardsByEpoch.entries(frame.store)
  for (const [key] of all) rewardsByEpoch.remove(frame.store, key)
  const params = parameters.get(frame)
  for (const [key, { pending }] of all) {
    const epoch = u64At(key)
    const step = params.schedule.steps.find(({ until }) => epoch < until)
    if (step !== undefined && step.amount.amount > 0n) {
      payEpoch(frame, receiversOf(pending, params), step.amount)
    }
  }
}

/** When the pool is too small for one, the others of the epoch get nothing either. */
function payEpoch(frame: Frame, receivers: readonly Address[], amount: BaseUnits): void {
  for (const to of receivers) {
    try {
      transfer(frame, { from: REWARD_POOL, to }, amount)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      if (error.reason !== accountErrors.insufficientBalance().reason) throw error
      return
    }
  }
}

/** Those who were good often enough, compared with the best, in the order of their addresses. */
export function receiversOf(
  pending: EpochRewards['pending'],
  params: Pick<Parameters, 'participationThresholdNumerator' | 'participationThresholdDenominator'>,
): readonly Address[] {
  const { participationThresholdNumerator: numerator } = params
  const { participationThresholdDenominator: denominator } = params
  const all = [...pending].sort(([a], [b]) => compareBytes(a, b))
  const best = all.reduce((max, [, count = 0n]) => (count > max ? count : max), 0n)
  const product = numerator * best
  // COMPAT(oasis-sdk): where the product does not fit 64 bits it divides first, which rounds more.
  const threshold = product > U64_MAX ? (best / denominator) * numerator : product / denominator
  return all.flatMap(([address, count]) =>
    count !== undefined && count >= threshold ? [address] : [],
  )
}
