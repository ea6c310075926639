/** The consensus layer as workers ask it: calls of a node's API, whoever answers them. */

import type { calls as beaconCalls } from '@wadi/consensus/beacon/api'
import type { calls as consensusCalls, engineCalls } from '@wadi/consensus/consensus/api'
import type { calls as governanceCalls } from '@wadi/consensus/governance/api'
import type { calls as keyManagerCalls } from '@wadi/consensus/keymanager/api'
import type { calls as registryCalls } from '@wadi/consensus/registry/api'
import type { calls as roothashCalls } from '@wadi/consensus/roothash/api'
import type { calls as schedulerCalls } from '@wadi/consensus/scheduler/api'
import type { calls as stakingCalls } from '@wadi/consensus/staking/api'
import type * as contracts from '@wadi/contracts/ask'

/** The calls that are made. */
type AskedCalls = Pick<
  typeof roothashCalls,
  | 'RootHash/GetRuntimeState'
  | 'RootHash/GetLastRoundResults'
  | 'RootHash/GetIncomingMessageQueue'
  | 'RootHash/GetEvents'
> &
  Pick<
    typeof registryCalls,
    'Registry/GetNode' | 'Registry/GetNodes' | 'Registry/GetRuntimes' | 'Registry/GetEvents'
  > &
  Pick<typeof schedulerCalls, 'Scheduler/GetCommittees'> &
  Pick<
    typeof keyManagerCalls,
    | 'KeyManager.Secrets/GetStatus'
    | 'KeyManager.Secrets/GetMasterSecret'
    | 'KeyManager.Secrets/GetEphemeralSecret'
  > &
  Pick<typeof stakingCalls, 'Staking/GetEvents'> &
  Pick<typeof governanceCalls, 'Governance/GetEvents'> &
  Pick<
    typeof beaconCalls,
    | 'Beacon/GetEpoch'
    | 'Beacon/GetFutureEpoch'
    | 'Beacon/GetEpochBlock'
    | 'Beacon/ConsensusParameters'
  > &
  Pick<
    typeof consensusCalls,
    'Consensus/GetLastRetainedHeight' | 'Consensus/GetTransactionsWithProofs'
  > &
  Pick<typeof engineCalls, 'Consensus/GetLightBlock' | 'Consensus/GetValidators'>

/** Asks the consensus layer. */
export type Ask = contracts.Ask<AskedCalls>
