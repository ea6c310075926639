/** What a node knows of itself beside its chain. */

import type { LightClientStatus, PeersStatus } from '@wadi/consensus/consensus/status'
import type {
  DebugStatus,
  IdentityStatus,
  RegistrationStatus,
  Status,
} from '@wadi/consensus/control'
import type { PendingUpgrade, UpgradeDescriptor } from '@wadi/consensus/upgrade'

/** What an operator can have a node do. What is missing is not implemented. */
export interface NodeActions {
  /** Resolves when the node has deregistered. */
  shutdown?(): Promise<void>
  upgradeBinary?(descriptor: UpgradeDescriptor): void
  cancelUpgrade?(descriptor: UpgradeDescriptor): void
  addBundle?(path: string): void
}

/** What is missing is left out of the status. */
export interface NodeFacts extends NodeActions {
  readonly softwareVersion: string
  readonly mode: string
  readonly identity: IdentityStatus
  readonly debug?: DebugStatus
  /** Does everything that the node does work? As soon as it is synced, unless told otherwise. */
  isReady?(): boolean
  /** Of those who agree with the node. */
  peers?(): PeersStatus
  lightClient?(): LightClientStatus
  registration?(): RegistrationStatus
  pendingUpgrades?(): readonly PendingUpgrade[]
  /** Of the network of runtimes. */
  p2p?(): NonNullable<Status['p2p']>
  runtimes?(): Status['runtimes']
  keymanager?(): Status['keymanager']
}
