/** Everything that can be asked of a node, by service and method. */

import {
  calls as beaconCalls,
  streams as beaconStreams,
  waits as beaconWaits,
} from '@wadi/consensus/beacon/api'
import { calls as churpCalls, streams as churpStreams } from '@wadi/consensus/churp/api'
import {
  calls as consensusCalls,
  streams as consensusStreams,
  engineCalls,
} from '@wadi/consensus/consensus/api'
import { calls as controlCalls } from '@wadi/consensus/control/api'
import {
  calls as governanceCalls,
  streams as governanceStreams,
} from '@wadi/consensus/governance/api'
import {
  calls as keymanagerCalls,
  streams as keymanagerStreams,
} from '@wadi/consensus/keymanager/api'
import { calls as registryCalls, streams as registryStreams } from '@wadi/consensus/registry/api'
import { calls as roothashCalls, streams as roothashStreams } from '@wadi/consensus/roothash/api'
import { calls as schedulerCalls, streams as schedulerStreams } from '@wadi/consensus/scheduler/api'
import { calls as stakingCalls, streams as stakingStreams } from '@wadi/consensus/staking/api'
import { calls as vaultCalls, streams as vaultStreams } from '@wadi/consensus/vault/api'
import { calls as runtimeCalls, streams as runtimeStreams } from '@wadi/runtime-protocol/client/api'

/** Calls with one answer. */
export const nodeCalls = {
  ...beaconCalls,
  ...beaconWaits,
  ...churpCalls,
  ...consensusCalls,
  ...controlCalls,
  ...engineCalls,
  ...governanceCalls,
  ...keymanagerCalls,
  ...registryCalls,
  ...roothashCalls,
  ...runtimeCalls,
  ...schedulerCalls,
  ...stakingCalls,
  ...vaultCalls,
} as const

/** Calls that are answered with one item after the other. */
export const nodeStreams = {
  ...beaconStreams,
  ...churpStreams,
  ...consensusStreams,
  ...governanceStreams,
  ...keymanagerStreams,
  ...registryStreams,
  ...roothashStreams,
  ...runtimeStreams,
  ...schedulerStreams,
  ...stakingStreams,
  ...vaultStreams,
} as const
