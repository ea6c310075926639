/** Our schemas under the names that the Go program has for the reference's types. */

import type { AnySchema } from '@wadi/cbor/schema'
import * as beaconTypes from '@wadi/consensus/beacon'
import * as beaconEvents from '@wadi/consensus/beacon/events'
import * as beaconMethods from '@wadi/consensus/beacon/methods'
import * as churpTypes from '@wadi/consensus/churp'
import * as churpEvents from '@wadi/consensus/churp/events'
import * as churpMethods from '@wadi/consensus/churp/methods'
import * as consensusTypes from '@wadi/consensus/consensus'
import * as consensusMethods from '@wadi/consensus/consensus/methods'
import * as keymanagerStatus from '@wadi/consensus/control/keymanagerStatus'
import * as runtimeStatus from '@wadi/consensus/control/runtimeStatus'
import * as genesis from '@wadi/consensus/genesis/document'
import * as governanceTypes from '@wadi/consensus/governance'
import * as governanceEvents from '@wadi/consensus/governance/events'
import * as governanceMethods from '@wadi/consensus/governance/methods'
import * as governanceChanges from '@wadi/consensus/governance/parameterChanges'
import * as keymanagerTypes from '@wadi/consensus/keymanager'
import * as keymanagerEvents from '@wadi/consensus/keymanager/events'
import * as registryTypes from '@wadi/consensus/registry'
import * as registryEvents from '@wadi/consensus/registry/events'
import * as registryMethods from '@wadi/consensus/registry/methods'
import * as registryChanges from '@wadi/consensus/registry/parameterChanges'
import * as runtime from '@wadi/consensus/registry/runtime'
import * as sgx from '@wadi/consensus/registry/sgx'
import * as roothashTypes from '@wadi/consensus/roothash'
import * as block from '@wadi/consensus/roothash/block'
import * as commitments from '@wadi/consensus/roothash/commitments'
import * as roothashEvents from '@wadi/consensus/roothash/events'
import * as messages from '@wadi/consensus/roothash/messages'
import * as roothashMethods from '@wadi/consensus/roothash/methods'
import * as roothashChanges from '@wadi/consensus/roothash/parameterChanges'
import * as schedulerTypes from '@wadi/consensus/scheduler'
import * as committee from '@wadi/consensus/scheduler/committee'
import * as schedulerEvents from '@wadi/consensus/scheduler/events'
import * as schedulerChanges from '@wadi/consensus/scheduler/parameterChanges'
import * as stakingTypes from '@wadi/consensus/staking'
import * as stakingEvents from '@wadi/consensus/staking/events'
import * as stakingMethods from '@wadi/consensus/staking/methods'
import * as stakingChanges from '@wadi/consensus/staking/parameterChanges'
import * as upgrade from '@wadi/consensus/upgrade'
import * as vaultTypes from '@wadi/consensus/vault'
import * as vaultEvents from '@wadi/consensus/vault/events'
import * as vaultMethods from '@wadi/consensus/vault/methods'
import * as vaultChanges from '@wadi/consensus/vault/parameterChanges'
import * as address from '@wadi/primitives/address'
import * as enclaveIdentity from '@wadi/primitives/enclaveIdentity'
import * as entity from '@wadi/primitives/entity'
import * as hash from '@wadi/primitives/hash'
import * as namespace from '@wadi/primitives/namespace'
import * as node from '@wadi/primitives/node'
import * as nodeAddress from '@wadi/primitives/nodeAddress'
import * as publicKey from '@wadi/primitives/publicKey'
import * as quantity from '@wadi/primitives/quantity'
import * as signed from '@wadi/primitives/signed'
import * as transaction from '@wadi/primitives/transaction'
import * as version from '@wadi/primitives/version'

const beacon = { ...beaconTypes, ...beaconEvents, ...beaconMethods }
const churp = { ...churpTypes, ...churpEvents, ...churpMethods }
const control = { ...runtimeStatus, ...keymanagerStatus }
const consensus = { ...consensusTypes, ...consensusMethods }
const governance = {
  ...governanceTypes,
  ...governanceEvents,
  ...governanceMethods,
  ...governanceChanges,
}
const keymanager = { ...keymanagerTypes, ...keymanagerEvents }
const primitives = {
  ...address,
  ...enclaveIdentity,
  ...entity,
  ...hash,
  ...namespace,
  ...node,
  ...nodeAddress,
  ...publicKey,
  ...quantity,
  ...signed,
  ...transaction,
  ...version,
}
const registry = {
  ...registryTypes,
  ...registryEvents,
  ...registryMethods,
  ...registryChanges,
  ...runtime,
  ...sgx,
}
const roothash = {
  ...roothashTypes,
  ...block,
  ...commitments,
  ...roothashEvents,
  ...messages,
  ...roothashMethods,
  ...roothashChanges,
}
const scheduler = { ...schedulerTypes, ...committee, ...schedulerEvents, ...schedulerChanges }
const staking = { ...stakingTypes, ...stakingEvents, ...stakingMethods, ...stakingChanges }
const vault = { ...vaultTypes, ...vaultEvents, ...vaultMethods, ...vaultChanges }

const areas: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  beacon,
  churp,
  consensus,
  control,
  genesis,
  governance,
  keymanager,
  primitives,
  registry,
  roothash,
  scheduler,
  staking,
  upgrade,
  vault,
}

/** The schema of a name such as `staking.Account`, if there is one. */
export function schemaOf(name: string): AnySchema | undefined {
  const [area, type] = name.split('.')
  return areas[area ?? '']?.[type ?? ''] as AnySchema | undefined
}
