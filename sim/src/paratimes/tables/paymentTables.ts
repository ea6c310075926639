/** Who pays for what in rounds, and who is given of it: by the tables of the protocol. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import { HEADER_TYPES } from '@wadi/consensus/roothash/block'
import { SlashReason } from '@wadi/consensus/staking'
import type { Event } from '@wadi/consensus/staking/events'
import { runtimeAddress, stakingAddress } from '@wadi/primitives/address'
import { COMMON_POOL_ADDRESS } from '@wadi/primitives/reservedAddresses'
import type { Sides } from './roundTables.ts'
import type { WrittenRound } from './writtenRound.ts'

/** Why an entity pays. */
export type Offence = 'runtime-incorrect-results' | 'runtime-equivocation' | 'runtime-liveness'

/** What an account loses, or is given, in words: as what the chain tells is compared. */
export type Movement = string

const PERCENT = 100n

/** What a ParaTime takes for an offence. */
export function penaltyOf({ staking }: Runtime, offence: Offence): bigint {
  return staking.slashing.get(SlashReason.names[offence])?.amount ?? 0n
}

/** What has to be told in the block in which a round ends, in this order and without a gap. */
export function movementsOf(round: WrittenRound, { good, bad }: Sides): readonly Movement[] {
  const { runtime } = round.before
  const isNormal = round.header.headerType === HEADER_TYPES.normal
  if (runtime === undefined || !isNormal || round.discrepancies.length === 0) return []
  const penalty = penaltyOf(runtime, 'runtime-incorrect-results')
  const sum = penalty * BigInt(bad.length)
  if (sum === 0n) return []
  return [
    ...bad.map((entity) => `${toHex(stakingAddress(entity))} loses ${penalty}`),
    ...sharesOf(runtime, sum, {
      percent: runtime.staking.rewardBadResults,
      others: good.map((entity) => toHex(stakingAddress(entity))),
    }),
  ]
}

/** Evidence that a node of the entity said two things, from somebody with that account. */
export function movementsOfEvidence(
  runtime: Runtime,
  { guilty, reporter }: { readonly guilty: string; readonly reporter: string },
): readonly Movement[] {
  const penalty = penaltyOf(runtime, 'runtime-equivocation')
  const shares = { percent: runtime.staking.rewardEquivocation, others: [reporter] }
  return [`${guilty} loses ${penalty}`, ...sharesOf(runtime, penalty, shares)]
}

/** The ParaTime is given a part, and the others equal parts of the rest; what remains is common. */
function sharesOf(
  { id }: Runtime,
  sum: bigint,
  { percent, others }: { readonly percent: number; readonly others: readonly string[] },
): readonly Movement[] {
  const own = (sum * BigInt(percent)) / PERCENT
  const each = others.length === 0 ? 0n : (sum - own) / BigInt(others.length)
  return [
    ...(own > 0n ? [`${toHex(runtimeAddress(id))} is given ${own}`] : []),
    ...(each > 0n ? others.map((other) => `${other} is given ${each}`) : []),
  ]
}

/** What staking tells, of what is lost and of what comes out of the common pool. */
function movementOf({ transfer, escrow }: Event): Movement | undefined {
  const { take, add } = escrow ?? {}
  if (take !== undefined) return `${toHex(take.owner)} loses ${take.amount + take.debondingAmount}`
  if (add !== undefined && equalBytes(add.owner, COMMON_POOL_ADDRESS))
    return `${toHex(add.escrow)} is given ${add.amount}`
  if (transfer !== undefined && equalBytes(transfer.from, COMMON_POOL_ADDRESS))
    return `${toHex(transfer.to)} is given ${transfer.amount}`
  return undefined
}

/** What staking tells, one after the other. */
export function movementsIn(events: readonly Event[]): readonly Movement[] {
  return events.flatMap((event) => movementOf(event) ?? [])
}

/** Are these movements among what a block tells, one after the other? */
export function hasMovements(events: readonly Event[], wanted: readonly Movement[]): boolean {
  const told = movementsIn(events)
  return (
    wanted.length === 0 ||
    told.some((_, start) => wanted.every((one, i) => told[start + i] === one))
  )
}
