/** Who knows, on this node, which upgrades of the network are to come, and carries them out. */

import type { PendingUpgrade, UpgradeDescriptor } from '@wadi/consensus/upgrade'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Context } from './context.ts'

/**
 * The node has to stop here, and to go on with a program that speaks the new protocols. Nobody's
 * fault: neither the block nor the program is wrong, so nothing but the node's shell catches it.
 */
export class StopForUpgrade extends Error {
  override readonly name = 'StopForUpgrade'
}

/** What the rules need of it. It belongs to the node: nothing of it is in the state. */
export interface Upgrader {
  /** The upgrades to come, in the order in which they were submitted. */
  readonly pending: readonly PendingUpgrade[]
  /** Adds an upgrade; one that is there already is upgrade/5. */
  submitDescriptor(descriptor: UpgradeDescriptor): void
  /** Takes an upgrade out, if it is there; one that has begun is upgrade/6. */
  cancelUpgrade(descriptor: UpgradeDescriptor): void
  /** The upgrade of a descriptor; undefined if there is none. */
  upgradeOf(descriptor: UpgradeDescriptor): PendingUpgrade | undefined
  /** Is there an upgrade in progress that began at this height? Asked before a CheckTx. */
  hasPendingUpgradeAt(height: bigint): boolean
  /**
   * Does what is due: asked before the services begin a block, after they ended it, and, without a
   * context, after a commit. Throws {@link StopForUpgrade}.
   */
  consensusUpgrade(ctx: Context | undefined, at: UpgradeMoment): void
}

/** When an upgrader is asked what is due. */
export interface UpgradeMoment {
  readonly epoch: Epoch
  /** The last committed height; zero before there is any. */
  readonly lastHeight: bigint
}
