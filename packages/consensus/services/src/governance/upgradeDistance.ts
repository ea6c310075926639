/** How far upgrades have to be from each other, and from today. */

import type { Parameters } from '@wadi/consensus/governance'
import { errors } from '@wadi/consensus/governance/errors'
import type { UpgradeDescriptor } from '@wadi/consensus/upgrade'
import type { Epoch } from '@wadi/primitives/epoch'
import type { ReadableState } from '../kernel/state.ts'
import { pendingUpgradesOf } from './queries.ts'

/** Later by so many epochs. COMPAT(oasis-core): the sum wraps around. */
export function epochsLater(epoch: Epoch, count: Epoch): Epoch {
  return BigInt.asUintN(64, epoch + count)
}

/** How many epochs are between the two. */
export function epochsBetween(a: Epoch, b: Epoch): Epoch {
  return a > b ? a - b : b - a
}

/** Refuses an upgrade that is too near to one that is to come. */
export function checkDistance(
  state: ReadableState,
  { epoch }: UpgradeDescriptor,
  { upgradeMinEpochDiff }: Parameters,
): void {
  for (const pending of pendingUpgradesOf(state))
    if (epochsBetween(pending.epoch, epoch) < upgradeMinEpochDiff)
      throw errors.upgradeAlreadyPending(`at epoch ${pending.epoch}`)
}
