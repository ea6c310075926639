/** What an upgrade of the network is. */

import type { Infer } from '@wadi/cbor/codec'
import { text, u16 } from '@wadi/cbor/scalars'
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
