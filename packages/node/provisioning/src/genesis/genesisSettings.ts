/** What a genesis document is made of: parameters, and files with what is there from the start. */

import type { RuntimeGovernanceModel } from '@wadi/consensus/registry/runtime'
import type { Parameters as SchedulerParameters } from '@wadi/consensus/scheduler'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Moment } from '@wadi/primitives/moment'
import type { PublicKey } from '@wadi/primitives/publicKey'
import type { Quantity } from '@wadi/primitives/quantity'
import type { Gas } from '@wadi/primitives/transaction'
import type { Version } from '@wadi/primitives/version'

/** Who may register what. */
export interface RegistrySettings {
  readonly maxNodeExpiration: Epoch
  readonly disableRuntimeRegistration: boolean
  readonly debugAllowUnroutableAddresses: boolean
  readonly debugAllowTestRuntimes: boolean
  readonly governanceModels: readonly RuntimeGovernanceModel[]
  readonly teeSgxPcs: boolean
  readonly teeSgxSignedAttestations: boolean
  readonly teeSgxMaxAttestationAge: bigint
  readonly teeFreshnessProofs: boolean
}

/** How messages and roots of runtimes are bounded. */
export interface RoothashSettings {
  readonly debugDoNotSuspendRuntimes: boolean
  readonly debugBypassStake: boolean
  readonly maxRuntimeMessages: number
  readonly maxInRuntimeMessages: number
  readonly maxPastRootsStored: bigint
}

/** The token, where the ledger's file does not say it. */
export interface StakingSettings {
  /** Empty for that of the file. */
  readonly tokenSymbol: string
  /** Zero for that of the file. */
  readonly tokenValueExponent: number
  readonly debugBypassStake: boolean
}

/** How many validators there are. */
export type SchedulerSettings = Pick<
  SchedulerParameters,
  | 'minValidators'
  | 'maxValidators'
  | 'maxValidatorsPerEntity'
  | 'debugBypassStake'
  | 'debugAllowWeakAlpha'
  | 'debugForceElect'
>

/** What a proposal takes. */
export interface GovernanceSettings {
  readonly minProposalDeposit: Quantity
  readonly stakeThreshold: number
  readonly upgradeCancelMinEpochDiff: Epoch
  readonly upgradeMinEpochDiff: Epoch
  readonly votingPeriod: Epoch
  readonly enableChangeParametersProposal: boolean
}

/** Where epochs and randomness come from. */
export interface BeaconSettings {
  readonly backend: string
  readonly debugMockBackend: boolean
  readonly insecureInterval: bigint
  readonly vrfAlphaThreshold: bigint
  readonly vrfInterval: bigint
  readonly vrfSubmissionDelay: bigint
}

/** Times are in nanoseconds, sizes in bytes. */
export interface ConsensusSettings {
  readonly backend: string
  readonly timeoutCommit: bigint
  readonly skipTimeoutCommit: boolean
  readonly emptyBlockInterval: bigint
  readonly maxTxSize: bigint
  readonly maxBlockSize: bigint
  readonly maxBlockGas: Gas
  readonly maxEvidenceSize: bigint
  readonly stateCheckpointInterval: bigint
  readonly stateCheckpointNumKept: bigint
  readonly stateCheckpointChunkSize: bigint
  readonly gasCostTxByte: Gas
  readonly publicKeyBlacklist: readonly PublicKey[]
  readonly featureVersion: Version | undefined
}

/** Paths of files, in the order in which they are read. */
export interface GenesisSources {
  readonly entities: readonly string[]
  readonly nodes: readonly string[]
  readonly runtimes: readonly string[]
  readonly roothash: readonly string[]
  readonly keymanager: readonly string[]
  /** The ledger; an empty one without it. */
  readonly staking: string | undefined
  /** Is the entity of tests added to registry and ledger? */
  readonly hasTestEntity: boolean
}

/** All of it. */
export interface GenesisSettings {
  readonly chainId: string
  readonly initialHeight: bigint
  readonly time: Moment
  readonly registry: RegistrySettings
  readonly roothash: RoothashSettings
  readonly staking: StakingSettings
  readonly scheduler: SchedulerSettings
  readonly governance: GovernanceSettings
  readonly beacon: BeaconSettings
  readonly consensus: ConsensusSettings
  readonly sources: GenesisSources
}
