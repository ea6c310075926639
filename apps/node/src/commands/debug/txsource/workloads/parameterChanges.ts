/** Changes of parameters to propose: to what they are already, and ones that make no sense. */

import type { RandomSource } from '@wadi/base/random'
import { encode, make, type Schema } from '@wadi/cbor/codec'
import { bytes, text } from '@wadi/cbor/scalars'
import { ParameterChanges as GovernanceChanges } from '@wadi/consensus/governance/parameterChanges'
import { ParameterChanges as RegistryChanges } from '@wadi/consensus/registry/parameterChanges'
import { ParameterChanges as RoothashChanges } from '@wadi/consensus/roothash/parameterChanges'
import { VOTING_POWER_DISTRIBUTIONS } from '@wadi/consensus/scheduler'
import { ParameterChanges as SchedulerChanges } from '@wadi/consensus/scheduler/parameterChanges'
import { ParameterChanges as StakingChanges } from '@wadi/consensus/staking/parameterChanges'
import type { NodeClient } from '@wadi/sdk/node-client'
import { drawChance, drawOne } from '../randomChoice.ts'

const HALF = 50

/** Changes of a module, and whether the network has to refuse them. */
export interface DrawnChanges {
  readonly module: string
  readonly changes: Uint8Array
  readonly isRefused: boolean
}

type Draw = (random: RandomSource, client: NodeClient, height: bigint) => Promise<DrawnChanges>

/** A part of what could be changed. No change at all is refused. */
function part<T extends object>(
  random: RandomSource,
  module: string,
  schema: Schema<T>,
  whole: Partial<T>,
): DrawnChanges {
  const chosen = Object.entries(whole).filter(() => drawChance(random, HALF))
  const changes = Object.fromEntries(chosen) as Partial<T>
  return { module, changes: encode(schema, make(schema, changes)), isRefused: chosen.length === 0 }
}

const ofGovernance: Draw = async (random, client, height) => {
  const params = await client.governance.consensusParameters(height)
  return part(random, 'governance', GovernanceChanges, {
    stakeThreshold: params.stakeThreshold,
    upgradeCancelMinEpochDiff: params.upgradeCancelMinEpochDiff,
    upgradeMinEpochDiff: params.upgradeMinEpochDiff,
    votingPeriod: params.votingPeriod,
    minProposalDeposit: params.minProposalDeposit,
    enableChangeParametersProposal: params.enableChangeParametersProposal,
  })
}

const ofStaking: Draw = async (random, client, height) => {
  const params = await client.staking.consensusParameters(height)
  return part(random, 'staking', StakingChanges, {
    debondingInterval: params.debondingInterval,
    minDelegation: params.minDelegation,
    minTransfer: params.minTransfer,
    minTransactBalance: params.minTransactBalance,
    minCommissionRate: params.commissionScheduleRules.minCommissionRate,
    disableTransfers: params.disableTransfers,
    disableDelegation: params.disableDelegation,
    allowEscrowMessages: params.allowEscrowMessages,
    maxAllowances: params.maxAllowances,
    feeSplitWeightPropose: params.feeSplitWeightPropose,
    feeSplitWeightVote: params.feeSplitWeightVote,
    feeSplitWeightNextPropose: params.feeSplitWeightNextPropose,
    rewardFactorEpochSigned: params.rewardFactorEpochSigned,
    rewardFactorBlockProposed: params.rewardFactorBlockProposed,
  })
}

const ofRoothash: Draw = async (random, client, height) => {
  const params = await client.rootHash.consensusParameters(height)
  return part(random, 'roothash', RoothashChanges, {
    maxRuntimeMessages: params.maxRuntimeMessages,
    maxInRuntimeMessages: params.maxInRuntimeMessages,
    maxEvidenceAge: params.maxEvidenceAge,
    maxPastRootsStored: params.maxPastRootsStored,
  })
}

const ofRegistry: Draw = async (random, client, height) => {
  const params = await client.registry.consensusParameters(height)
  return part(random, 'registry', RegistryChanges, {
    disableRuntimeRegistration: params.disableRuntimeRegistration,
    disableKmRuntimeRegistration: params.disableKmRuntimeRegistration,
    maxNodeExpiration: params.maxNodeExpiration,
  })
}

/** The weight of votes follows from stake in one way, and then in the other. */
const ofScheduler: Draw = async (random, client, height) => {
  const params = await client.scheduler.consensusParameters(height)
  const { linear, sqrt } = VOTING_POWER_DISTRIBUTIONS
  return part(random, 'scheduler', SchedulerChanges, {
    minValidators: params.minValidators,
    maxValidators: params.maxValidators,
    votingPowerDistribution: params.votingPowerDistribution === linear ? sqrt : linear,
  })
}

const encodedTwice: Draw = async () => {
  const once = encode(GovernanceChanges, make(GovernanceChanges, {}))
  return { module: 'governance', changes: encode(bytes, once), isRefused: true }
}

const ofNobody: Draw = async () => {
  return { module: 'module', changes: encode(text, 'changes'), isRefused: true }
}

const DRAWS: readonly Draw[] = [
  ofGovernance,
  ofStaking,
  ofRoothash,
  ofRegistry,
  ofScheduler,
  encodedTwice,
  ofNobody,
]

/** See the top of this file. */
export function drawChanges(
  random: RandomSource,
  client: NodeClient,
  height: bigint,
): Promise<DrawnChanges> {
  return drawOne(random, DRAWS)(random, client, height)
}
