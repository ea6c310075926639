/** Tells the log what becomes of the upgrades that a node waits for. Rules do not log. */

import type { Logger } from '@wadi/base/log'
import { type PendingUpgrade, UPGRADE_STAGES } from '@wadi/consensus/upgrade'
import type { Upgrader } from '@wadi/consensus-services/kernel/upgrader'
import { isCompatible } from '@wadi/consensus-services/upgrade/descriptors'
import { logEvents } from '@wadi/contracts/log-events'
import { PROTOCOL_VERSIONS } from '@wadi/primitives/version'

/** The height of an upgrade whose epoch has not come. */
const NO_HEIGHT = 0n

function isUnderWay({ upgradeHeight, lastCompletedStage }: PendingUpgrade): boolean {
  return upgradeHeight !== NO_HEIGHT && lastCompletedStage < UPGRADE_STAGES.consensus
}

/** The program cannot do all of these: which of them ask for another version of the protocols? */
export function tellIncompatible(pending: readonly PendingUpgrade[], log: Logger): void {
  for (const { descriptor } of pending.filter(isUnderWay)) {
    if (isCompatible(descriptor, PROTOCOL_VERSIONS)) continue
    const { handler } = descriptor
    const log_event = logEvents.incompatibleBinary
    log.error('an upgrade asks for another version of the protocols', { handler, log_event })
  }
}

/** What these needed before the node runs has been done. */
export function tellStartup(pending: readonly PendingUpgrade[], log: Logger): void {
  for (const { descriptor, lastCompletedStage } of pending.filter(isUnderWay)) {
    if (lastCompletedStage >= UPGRADE_STAGES.startup) continue
    const { handler } = descriptor
    const log_event = logEvents.startupUpgrade
    log.warn('what an upgrade needs before the node runs is done', { handler, log_event })
  }
}

/**
 * An upgrader that tells which upgrades it does in blocks. COMPAT(oasis-core): as often as they are
 * done, where a block begins and where it ends, also if it is proposed only.
 */
export function watchUpgrader(upgrader: Upgrader, log: Logger): Upgrader {
  return {
    get pending() {
      return upgrader.pending
    },
    submitDescriptor: (descriptor) => upgrader.submitDescriptor(descriptor),
    cancelUpgrade: (descriptor) => upgrader.cancelUpgrade(descriptor),
    upgradeOf: (descriptor) => upgrader.upgradeOf(descriptor),
    hasPendingUpgradeAt: (height) => upgrader.hasPendingUpgradeAt(height),
    consensusUpgrade: (ctx, moment) => {
      upgrader.consensusUpgrade(ctx, moment)
      if (ctx === undefined) return
      for (const { descriptor, upgradeHeight } of upgrader.pending.filter(isUnderWay)) {
        if (upgradeHeight !== moment.lastHeight) continue
        const facts = { handler: descriptor.handler, height: upgradeHeight + 1n }
        const log_event = logEvents.consensusUpgrade
        log.warn('an upgrade is done', { ...facts, log_event })
      }
    },
  }
}
