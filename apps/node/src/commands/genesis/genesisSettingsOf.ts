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

/** The values, each read as what it is. */
class FlagReader {
  readonly #flags: InitFlagValues

  constructor(flags: InitFlagValues) {
    this.#flags = flags
  }

  unsigned(name: IntegerFlag): bigint {
    return unsignedOf(name, this.#flags[name])
  }

  small(name: IntegerFlag, bits: 8n | 32n): number {
    return Number(unsignedOf(name, this.#flags[name], bits))
  }

  signed(name: IntegerFlag): bigint {
    const value = this.#flags[name]
    if (value >= INT64)
      throw errors.badValue(`--${name} is ${value}; give a number up to ${INT64 - 1n}`)
    return value
  }

  size(name: TextFlag): bigint {
    try {
      return BigInt(size.read(this.#flags[name].trim(), placeAt(`--${name}`)))
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      throw errors.badValue(
        `--${name} is ${JSON.stringify(this.#flags[name])}; give a size such as 128kb or 4mb`,
      )
    }
  }

  duration(name: 'consensus.cometbft.timeout_commit' | 'consensus.cometbft.empty_block_interval') {
    return BigInt(this.#flags[name]) * NANOSECONDS_PER_MS
  }
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

function registryOf(flags: InitFlagValues, read: FlagReader): GenesisSettings['registry'] {
  const age = 'registry.tee_features.sgx.default_max_attestation_age'
  return {
    maxNodeExpiration: read.unsigned('registry.max_node_expiration'),
    disableRuntimeRegistration: flags['registry.disable_runtime_registration'],
    debugAllowUnroutableAddresses: flags['registry.debug.allow_unroutable_addresses'],
    debugAllowTestRuntimes: flags['registry.debug.allow_test_runtimes'],
    governanceModels: modelsOf(flags['registry.enable_runtime_governance_models']),
    teeSgxPcs: flags['registry.tee_features.sgx.pcs'],
    teeSgxSignedAttestations: flags['registry.tee_features.sgx.signed_attestations'],
    teeSgxMaxAttestationAge: read.unsigned(age),
    teeFreshnessProofs: flags['registry.tee_features.freshness_proofs'],
  }
}

function schedulerOf(flags: InitFlagValues, read: FlagReader): GenesisSettings['scheduler'] {
  return {
    minValidators: read.signed('scheduler.min_validators'),
    maxValidators: read.signed('scheduler.max_validators'),
    maxValidatorsPerEntity: read.signed('scheduler.max_validators_per_entity'),
    debugBypassStake: flags['scheduler.debug.bypass_stake'],
    debugAllowWeakAlpha: flags['scheduler.debug.allow_weak_alpha'],
    debugForceElect: forceElectOf(flags['scheduler.debug.force_elect']),
  }
}

function governanceOf(flags: InitFlagValues, read: FlagReader): GenesisSettings['governance'] {
  return {
    minProposalDeposit: quantity(read.unsigned('governance.min_proposal_deposit')),
    stakeThreshold: read.small('governance.stake_threshold', 8n),
    upgradeCancelMinEpochDiff: read.unsigned('governance.upgrade_cancel_min_epoch_diff'),
    upgradeMinEpochDiff: read.unsigned('governance.upgrade_min_epoch_diff'),
    votingPeriod: read.unsigned('governance.voting_period'),
    enableChangeParametersProposal: flags['governance.enable_change_parameters_proposal'],
  }
}

function beaconOf(flags: InitFlagValues, read: FlagReader): GenesisSettings['beacon'] {
  return {
    backend: flags['beacon.backend'],
    debugMockBackend: flags['beacon.debug.mock_backend'],
    insecureInterval: read.signed('beacon.insecure.cometbft.interval'),
    vrfAlphaThreshold: read.unsigned('beacon.vrf.alpha_threshold'),
    vrfInterval: read.signed('beacon.vrf.interval'),
    vrfSubmissionDelay: read.signed('beacon.vrf.submission_delay'),
  }
}

function roothashOf(flags: InitFlagValues, read: FlagReader): GenesisSettings['roothash'] {
  return {
    debugDoNotSuspendRuntimes: flags['roothash.debug.do_not_suspend_runtimes'],
    debugBypassStake: flags['roothash.debug.bypass_stake'],
    maxRuntimeMessages: read.small('roothash.max_runtime_messages', 32n),
    maxInRuntimeMessages: read.small('roothash.max_in_runtime_messages', 32n),
    maxPastRootsStored: read.unsigned('roothash.max_past_roots_stored'),
  }
}

function consensusOf(flags: InitFlagValues, read: FlagReader): GenesisSettings['consensus'] {
  const blacklist = 'consensus.blacklist_public_key'
  return {
    backend: flags['consensus.backend'],
    timeoutCommit: read.duration('consensus.cometbft.timeout_commit'),
    skipTimeoutCommit: flags['consensus.cometbft.skip_timeout_commit'],
    emptyBlockInterval: read.duration('consensus.cometbft.empty_block_interval'),
    maxTxSize: read.size('consensus.cometbft.max_tx_size'),
    maxBlockSize: read.size('consensus.cometbft.max_block_size'),
    maxBlockGas: read.unsigned('consensus.cometbft.max_block_gas'),
    maxEvidenceSize: read.size('consensus.cometbft.max_evidence_size'),
    stateCheckpointInterval: read.unsigned('consensus.state_checkpoint.interval'),
    stateCheckpointNumKept: read.unsigned('consensus.state_checkpoint.num_kept'),
    stateCheckpointChunkSize: read.size('consensus.state_checkpoint.chunk_size'),
    gasCostTxByte: read.unsigned('consensus.gas_costs.tx_byte'),
    publicKeyBlacklist: flags[blacklist].map((key) => publicKeyOf(blacklist, key)),
    featureVersion: featureVersionOf(flags['consensus.feature_version']),
  }
}

/** What the flags say, before any file is looked at. The network begins at `unixMs`. */
export function genesisSettingsOf(flags: InitFlagValues, unixMs: number): GenesisSettings {
  const read = new FlagReader(flags)
  return {
    chainId: requiredText('chain.id', flags['chain.id'], 'the name of the network'),
    initialHeight: read.signed('initial_height'),
    time: addMilliseconds(EPOCH_START, unixMs),
    sources: sourcesOf(flags),
    registry: registryOf(flags, read),
    roothash: roothashOf(flags, read),
    staking: {
      tokenSymbol: flags['staking.token_symbol'],
      tokenValueExponent: read.small('staking.token_value_exponent', 8n),
      debugBypassStake: flags['staking.debug.bypass_stake'],
    },
    scheduler: schedulerOf(flags, read),
    governance: governanceOf(flags, read),
    beacon: beaconOf(flags, read),
    consensus: consensusOf(flags, read),
  }
}
