/** What an upgrade of the network is. */

import type { Infer } from '@wadi/cbor/codec'
import { i64, text, u16, u64 } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import { Epoch } from '@wadi/primitives/epoch'
import { ProtocolVersions } from '@wadi/primitives/version'

/** The version of the descriptors that are made today. */
export const UPGRADE_VERSION = 1

/** From an epoch on the network speaks other protocols; `handler` names what is done then. */
export const UpgradeDescriptor = struct({
  v: u16,
  handler: text,
  target: ProtocolVersions,
  epoch: Epoch,
})
export type UpgradeDescriptor = Infer<typeof UpgradeDescriptor>

/** How far an upgrade has come, in this order; zero is not begun. */
export const UPGRADE_STAGES = { startup: 1n, consensus: 2n } as const

/** An upgrade that a node waits for, as the node keeps it. */
export const PendingUpgrade = struct({
  v: u16,
  descriptor: UpgradeDescriptor,
  /** The last height before the upgrade; zero while its epoch has not come. */
  upgradeHeight: i64,
  lastCompletedStage: u64,
})
export type PendingUpgrade = Infer<typeof PendingUpgrade>
