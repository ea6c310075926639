/** From the flags of `genesis init` to what a document is made of. */

import { placeAt } from '@wadi/base/configPlace'
import { sizeBytes } from '@wadi/base/configUnits'
import { CodedError } from '@wadi/base/errors'
import { mapOf } from '@wadi/cbor/collections'
import { parseJson } from '@wadi/cbor/json'
import { nilable } from '@wadi/cbor/struct'
import { RuntimeGovernanceModel } from '@wadi/consensus/registry/runtime'
import {
  ForceElectCommitteeRole,
  type Parameters as SchedulerParameters,
} from '@wadi/consensus/scheduler'
import type { FlagsOf } from '@wadi/node-config/command'
import { addMilliseconds, type Moment } from '@wadi/primitives/moment'
import { Namespace } from '@wadi/primitives/namespace'
import { PublicKey } from '@wadi/primitives/publicKey'
import { quantity } from '@wadi/primitives/quantity'
import { parseVersion, type Version } from '@wadi/primitives/version'
import type { GenesisSettings } from '@wadi/provisioning/genesis-settings'
import { errors } from '../transaction/commandErrors.ts'
import { publicKeyOf, requiredText, unsignedOf } from '../transaction/flagValues.ts'
import type { initFlags } from './initFlags.ts'

/** The values of the flags. */
export type InitFlagValues = FlagsOf<typeof initFlags>

const NANOSECONDS_PER_MS = 1_000_000n
const INT64 = 2n ** 63n
const EPOCH_START: Moment = { seconds: 0n, nanoseconds: 0 }
const size = sizeBytes({ doc: '' })

type IntegerFlag = {
  [Name in keyof InitFlagValues]: InitFlagValues[Name] extends bigint ? Name : never
}[keyof InitFlagValues]
type TextFlag = {
  [Name in keyof InitFlagValues]: InitFlagValues[Name] extends string ? Name : never
}[keyof InitFlagValues]

type DurationFlag = 'consensus.cometbft.timeout_commit' | 'consensus.cometbft.empty_block_interval'

function unsigned(flags: InitFlagValues, name: IntegerFlag): bigint {
  return unsignedOf(name, flags[name])
}

function small(flags: InitFlagValues, name: IntegerFlag, bits: 8n | 32n): number {
  return Number(unsignedOf(name, flags[name], bits))
}

function signed(flags: InitFlagValues, name: IntegerFlag): bigint {
  const value = flags[name]
  if (value < INT64) return value
  throw errors.badValue(`--${name} is ${value}; give a number up to ${INT64 - 1n}`)
}

function bytes(flags: InitFlagValues, name: TextFlag): bigint {
  try {
    return BigInt(size.read(flags[name].trim(), placeAt(`--${name}`)))
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw errors.badValue(
      `--${name} is ${JSON.stringify(flags[name])}; give a size such as 128kb or 4mb`,
    )
  }
}

function nanoseconds(flags: InitFlagValues, name: DurationFlag): bigint {
  return BigInt(flags[name]) * NANOSECONDS_PER_MS
}

function modelsOf(names: readonly string[]): readonly RuntimeGovernanceModel[] {
  const { invalid: _, ...models } = RuntimeGovernanceModel.names
  return names.map((name) => {
    const lower = name.toLowerCase()
    const model = Object.entries(models).find(([known]) => known === lower)?.[1]
    if (model !== undefined) return model
    const known = Object.keys(models).join(', ')
    throw errors.badValue(
      `--registry.enable_runtime_governance_models is ${JSON.stringify(name)}; give one of ${known}`,
    )
  })
}

function featureVersionOf(text: string): Version | undefined {
  if (text === '') return undefined
  try {
    return parseVersion(text)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw errors.badValue(
      `--consensus.feature_version is ${JSON.stringify(text)}; give a version such as 26.1.0`,
    )
  }
}

const ForceElect = nilable(
  mapOf(Namespace, nilable(mapOf(PublicKey, nilable(ForceElectCommitteeRole)))),
)

function forceElectOf(text: string): SchedulerParameters['debugForceElect'] {
  if (text === '') return undefined
  try {
    return parseJson(ForceElect, text)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw errors.badValue(
      `--scheduler.debug.force_elect cannot be read (${error.message}); ` +
        'give JSON: nodes and their roles by runtime',
    )
  }
}

function sourcesOf(flags: InitFlagValues): GenesisSettings['sources'] {
  return {
    entities: flags.entity,
    nodes: flags.node,
    runtimes: flags.runtime,
    roothash: flags.roothash,
    keymanager: flags.keymanager,
    staking: flags.staking === '' ? undefined : flags.staking,
    hasTestEntity: flags['debug.dont_blame_oasis'] && flags['debug.test_entity'],
  }
}

function registryOf(flags: InitFlagValues): GenesisSettings['registry'] {
  const age = 'registry.tee_features.sgx.default_max_attestation_age'
  return {
    maxNodeExpiration: unsigned(flags, 'registry.max_node_expiration'),
    disableRuntimeRegistration: flags['registry.disable_runtime_registration'],
    debugAllowUnroutableAddresses: flags['registry.debug.allow_unroutable_addresses'],
    debugAllowTestRuntimes: flags['registry.debug.allow_test_runtimes'],
    governanceModels: modelsOf(flags['registry.enable_runtime_governance_models']),
    teeSgxPcs: flags['registry.tee_features.sgx.pcs'],
    teeSgxSignedAttestations: flags['registry.tee_features.sgx.signed_attestations'],
    teeSgxMaxAttestationAge: unsigned(flags, age),
    teeFreshnessProofs: flags['registry.tee_features.freshness_proofs'],
  }
}

function schedulerOf(flags: InitFlagValues): GenesisSettings['scheduler'] {
  return {
    minValidators: signed(flags, 'scheduler.min_validators'),
    maxValidators: signed(flags, 'scheduler.max_validators'),
    maxValidatorsPerEntity: signed(flags, 'scheduler.max_validators_per_entity'),
    debugBypassStake: flags['scheduler.debug.bypass_stake'],
    debugAllowWeakAlpha: flags['scheduler.debug.allow_weak_alpha'],
    debugForceElect: forceElectOf(flags['scheduler.debug.force_elect']),
  }
}

function governanceOf(flags: InitFlagValues): GenesisSettings['governance'] {
  return {
    minProposalDeposit: quantity(unsigned(flags, 'governance.min_proposal_deposit')),
    stakeThreshold: small(flags, 'governance.stake_threshold', 8n),
    upgradeCancelMinEpochDiff: unsigned(flags, 'governance.upgrade_cancel_min_epoch_diff'),
    upgradeMinEpochDiff: unsigned(flags, 'governance.upgrade_min_epoch_diff'),
    votingPeriod: unsigned(flags, 'governance.voting_period'),
    enableChangeParametersProposal: flags['governance.enable_change_parameters_proposal'],
  }
}

function beaconOf(flags: InitFlagValues): GenesisSettings['beacon'] {
  return {
    backend: flags['beacon.backend'],
    debugMockBackend: flags['beacon.debug.mock_backend'],
    insecureInterval: signed(flags, 'beacon.insecure.cometbft.interval'),
    vrfAlphaThreshold: unsigned(flags, 'beacon.vrf.alpha_threshold'),
    vrfInterval: signed(flags, 'beacon.vrf.interval'),
    vrfSubmissionDelay: signed(flags, 'beacon.vrf.submission_delay'),
  }
}

function roothashOf(flags: InitFlagValues): GenesisSettings['roothash'] {
  return {
    debugDoNotSuspendRuntimes: flags['roothash.debug.do_not_suspend_runtimes'],
    debugBypassStake: flags['roothash.debug.bypass_stake'],
    maxRuntimeMessages: small(flags, 'roothash.max_runtime_messages', 32n),
    maxInRuntimeMessages: small(flags, 'roothash.max_in_runtime_messages', 32n),
    maxPastRootsStored: unsigned(flags, 'roothash.max_past_roots_stored'),
  }
}

function consensusOf(flags: InitFlagValues): GenesisSettings['consensus'] {
  const blacklist = 'consensus.blacklist_public_key'
  return {
    backend: flags['consensus.backend'],
    timeoutCommit: nanoseconds(flags, 'consensus.cometbft.timeout_commit'),
    skipTimeoutCommit: flags['consensus.cometbft.skip_timeout_commit'],
    emptyBlockInterval: nanoseconds(flags, 'consensus.cometbft.empty_block_interval'),
    maxTxSize: bytes(flags, 'consensus.cometbft.max_tx_size'),
    maxBlockSize: bytes(flags, 'consensus.cometbft.max_block_size'),
    maxBlockGas: unsigned(flags, 'consensus.cometbft.max_block_gas'),
    maxEvidenceSize: bytes(flags, 'consensus.cometbft.max_evidence_size'),
    stateCheckpointInterval: unsigned(flags, 'consensus.state_checkpoint.interval'),
    stateCheckpointNumKept: unsigned(flags, 'consensus.state_checkpoint.num_kept'),
    stateCheckpointChunkSize: bytes(flags, 'consensus.state_checkpoint.chunk_size'),
    gasCostTxByte: unsigned(flags, 'consensus.gas_costs.tx_byte'),
    publicKeyBlacklist: flags[blacklist].map((key) => publicKeyOf(blacklist, key)),
    featureVersion: featureVersionOf(flags['consensus.feature_version']),
  }
}

/** What the flags say, before any file is looked at. The network begins at `unixMs`. */
export function genesisSettingsOf(flags: InitFlagValues, unixMs: number): GenesisSettings {
  return {
    chainId: requiredText('chain.id', flags['chain.id'], 'the name of the network'),
    initialHeight: signed(flags, 'initial_height'),
    time: addMilliseconds(EPOCH_START, unixMs),
    sources: sourcesOf(flags),
    registry: registryOf(flags),
    roothash: roothashOf(flags),
    staking: {
      tokenSymbol: flags['staking.token_symbol'],
      tokenValueExponent: small(flags, 'staking.token_value_exponent', 8n),
      debugBypassStake: flags['staking.debug.bypass_stake'],
    },
    scheduler: schedulerOf(flags),
    governance: governanceOf(flags),
    beacon: beaconOf(flags),
    consensus: consensusOf(flags),
  }
}
