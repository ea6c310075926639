/** Who signs blocks, and the reward for having signed enough of an epoch's. */

import { toHex } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { keyedMap } from '@wadi/cbor/collections'
import type { EpochSigning, Parameters } from '@wadi/consensus/staking'
import { stakingAddress } from '@wadi/primitives/address'
import type { Epoch } from '@wadi/primitives/epoch'
import { PublicKey } from '@wadi/primitives/publicKey'
import type { Context } from '../kernel/context.ts'
import { addRewards } from './actions.ts'
import { epochSigningOf, parametersOf } from './queries.ts'
import { clearEpochSigning, setEpochSigning } from './state.ts'

const U64_MAX = 0xffff_ffff_ffff_ffffn

/** Counts a block, and who signed it: an entity once for each of its validators. */
export function countSigning({ state }: Context, voters: readonly PublicKey[]): void {
  const { total, byEntity } = epochSigningOf(state)
  const counts = new Map<string, readonly [PublicKey, bigint]>()
  for (const entry of byEntity) counts.set(toHex(entry[0]), entry)
  for (const voter of voters) {
    const key = toHex(voter)
    const [, count] = counts.get(key) ?? [voter, 0n]
    counts.set(key, [voter, count + 1n])
  }
  setEpochSigning(state, { total: total + 1n, byEntity: keyedMap(PublicKey, counts.values()) })
}

/** A product that must be a 64-bit number. COMPAT(oasis-core): else the reference stops, too. */
function product(a: bigint, b: bigint): bigint {
  assert(a * b <= U64_MAX, `staking: the threshold for signing rewards overflows: ${a} * ${b}`)
  return a * b
}

/** The entities that signed enough blocks, in the order of their keys. */
export function eligibleEntities(
  { total, byEntity }: EpochSigning,
  params: Parameters,
): readonly PublicKey[] {
  const { signingRewardThresholdNumerator, signingRewardThresholdDenominator } = params
  const threshold = product(total, signingRewardThresholdNumerator)
  const eligible: PublicKey[] = []
  // All keys are of one size, so the canonical order of the map is the order of the keys.
  for (const [entity, count] of byEntity)
    if (product(count, signingRewardThresholdDenominator) >= threshold) eligible.push(entity)
  return eligible
}

/** Rewards those who signed enough of the epoch's blocks, and begins to count anew. */
export function rewardSigning(ctx: Context, epoch: Epoch): void {
  const { state } = ctx
  const params = parametersOf(state)
  const signing = epochSigningOf(state)
  clearEpochSigning(state)
  if (params.signingRewardThresholdDenominator === 0n || signing.total === 0n) return
  const addresses = eligibleEntities(signing, params).map(stakingAddress)
  addRewards(ctx, epoch, params.rewardFactorEpochSigned, addresses)
}
