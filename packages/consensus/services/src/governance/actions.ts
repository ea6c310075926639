/** What others may ask of governance. */

import { CodedError } from '@wadi/base/errors'
import type { UpgradeDescriptor } from '@wadi/consensus/upgrade'
import type { ReadableState } from '../kernel/state.ts'
import type { Upgrader } from '../kernel/upgrader.ts'
import { pendingUpgradesOf } from './queries.ts'

/** Tells the node of an upgrade. Whether it takes it changes nothing for the chain. */
export function announceUpgrade(upgrader: Upgrader | undefined, upgrade: UpgradeDescriptor): void {
  ignoringRefusal(() => upgrader?.submitDescriptor(upgrade))
}

/** Tells the node that an upgrade will not be. */
export function announceCancellation(
  upgrader: Upgrader | undefined,
  upgrade: UpgradeDescriptor,
): void {
  ignoringRefusal(() => upgrader?.cancelUpgrade(upgrade))
}

/** A node that has its state from others has to be told what upgrades are to come. */
export function announcePendingUpgrades(upgrader: Upgrader, state: ReadableState): void {
  for (const upgrade of pendingUpgradesOf(state)) announceUpgrade(upgrader, upgrade)
}

function ignoringRefusal(run: () => void): void {
  try {
    run()
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
  }
}
