/** What a node is told to do, and asked about itself. */

import { bool, i64, text } from '@wadi/cbor/scalars'
import { Epoch } from '@wadi/primitives/epoch'
import { asked, askedFor, Nothing } from '../api.ts'
import { UpgradeDescriptor } from '../upgrade/types.ts'
import { Status } from './types.ts'

export const calls = {
  /** True: answered only when the node has deregistered. */
  'NodeController/RequestShutdown': askedFor(bool, Nothing),
  'NodeController/WaitSync': asked(Nothing),
  'NodeController/IsSynced': asked(bool),
  'NodeController/WaitReady': asked(Nothing),
  'NodeController/IsReady': asked(bool),
  'NodeController/UpgradeBinary': askedFor(UpgradeDescriptor, Nothing),
  'NodeController/CancelUpgrade': askedFor(UpgradeDescriptor, Nothing),
  'NodeController/GetStatus': asked(Status),
  'NodeController/AddBundle': askedFor(text, Nothing),
} as const

/** Only where tests are run. */
export const debugCalls = {
  'DebugController/SetEpoch': askedFor(Epoch, Nothing),
  'DebugController/WaitNodesRegistered': askedFor(i64, Nothing),
} as const
