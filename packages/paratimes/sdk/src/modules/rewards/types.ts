/** What rewards keeps. */

import type { Infer } from '@wadi/cbor/codec'
import { list, mapOf } from '@wadi/cbor/collections'
import { u64 } from '@wadi/cbor/scalars'
import { nilable, struct } from '@wadi/cbor/struct'
import { Address } from '@wadi/primitives/address'
import { BaseUnits } from '../../types/token.ts'

/** What is paid in an epoch before `until`. */
export const RewardStep = struct({ until: u64, amount: BaseUnits })
export type RewardStep = Infer<typeof RewardStep>

export const RewardSchedule = struct({ steps: list(RewardStep) })

export const Parameters = struct({
  schedule: RewardSchedule,
  participationThresholdNumerator: u64,
  participationThresholdDenominator: u64,
})
export type Parameters = Infer<typeof Parameters>

/** In how many rounds somebody was good; undefined for who was bad in one of them. */
export const EpochRewards = struct({ pending: mapOf(Address, nilable(u64)) })
export type EpochRewards = Infer<typeof EpochRewards>
