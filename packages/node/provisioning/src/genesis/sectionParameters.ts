/** The sections of a genesis document that are parameters and nothing else. */

import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import {
  BACKENDS,
  Genesis as BeaconGenesis,
  Parameters as BeaconParameters,
  InsecureParameters,
  VrfParameters,
} from '@wadi/consensus/beacon'
import {
  type Genesis as ConsensusGenesis,
  Parameters as ConsensusParameters,
} from '@wadi/consensus/consensus'
import {
  Genesis as GovernanceGenesis,
  Parameters as GovernanceParameters,
} from '@wadi/consensus/governance'
import { Parameters as RegistryParameters, TeeFeatures } from '@wadi/consensus/registry'
import { RuntimeGovernanceModel } from '@wadi/consensus/registry/runtime'
import { Parameters as RoothashParameters } from '@wadi/consensus/roothash'
import {
  type Genesis as SchedulerGenesis,
  Parameters as SchedulerParameters,
} from '@wadi/consensus/scheduler'
import type { Gas } from '@wadi/primitives/transaction'
import { errors } from '../errors.ts'
import { gasCosts } from './gasCosts.ts'
import type {
  BeaconSettings,
  ConsensusSettings,
  GovernanceSettings,
  RegistrySettings,
  RoothashSettings,
  SchedulerSettings,
} from './genesisSettings.ts'

const REGISTRY_GAS = gasCosts(
  'register_entity',
  'deregister_entity',
  'register_node',
  'unfreeze_node',
  'register_runtime',
  'runtime_epoch_maintenance',
  'prove_freshness',
)
const ROOTHASH_GAS = gasCosts('compute_commit', 'proposer_timeout', 'evidence', 'submit_msg')

function teeFeaturesOf(settings: RegistrySettings): TeeFeatures | undefined {
  const { teeSgxPcs, teeSgxSignedAttestations, teeFreshnessProofs } = settings
  if (!teeSgxPcs && !teeSgxSignedAttestations && !teeFreshnessProofs) return undefined
  const features = make(TeeFeatures, { freshnessProofs: teeFreshnessProofs })
  const sgx = {
    ...features.sgx,
    pcs: teeSgxPcs,
    signedAttestations: teeSgxSignedAttestations,
    maxAttestationAge: teeSgxSignedAttestations ? settings.teeSgxMaxAttestationAge : 0n,
  }
  return { ...features, sgx }
}

/** Who may register what. */
export function registryParameters(settings: RegistrySettings): RegistryParameters {
  const models = new Set(settings.governanceModels)
  return make(RegistryParameters, {
    debugAllowUnroutableAddresses: settings.debugAllowUnroutableAddresses,
    debugAllowTestRuntimes: settings.debugAllowTestRuntimes,
    disableRuntimeRegistration: settings.disableRuntimeRegistration,
    gasCosts: REGISTRY_GAS,
    maxNodeExpiration: settings.maxNodeExpiration,
    enableRuntimeGovernanceModels: keyedMap<RuntimeGovernanceModel, boolean>(
      RuntimeGovernanceModel,
      [...models].map((model) => [model, true] as const),
    ),
    teeFeatures: teeFeaturesOf(settings),
  })
}

/** How messages and roots of runtimes are bounded. */
export function roothashParameters(settings: RoothashSettings): RoothashParameters {
  return make(RoothashParameters, { ...settings, gasCosts: ROOTHASH_GAS })
}

/** How many validators there are. */
export function schedulerSection(settings: SchedulerSettings): SchedulerGenesis {
  return { params: make(SchedulerParameters, settings) }
}

/** What a proposal takes. */
export function governanceSection(settings: GovernanceSettings): GovernanceGenesis {
  const costs = gasCosts('submit_proposal', 'cast_vote')
  return make(GovernanceGenesis, {
    params: make(GovernanceParameters, { ...settings, gasCosts: costs }),
  })
}

/** Where epochs and randomness come from. The first epoch is epoch 0. */
export function beaconSection(settings: BeaconSettings): BeaconGenesis {
  const { backend, debugMockBackend } = settings
  const own = { backend, debugMockBackend }
  if (backend === BACKENDS.insecure) {
    const insecureParameters = make(InsecureParameters, { interval: settings.insecureInterval })
    return make(BeaconGenesis, { params: make(BeaconParameters, { ...own, insecureParameters }) })
  }
  if (backend === BACKENDS.vrf) {
    const vrfParameters = make(VrfParameters, {
      alphaHqThreshold: settings.vrfAlphaThreshold,
      interval: settings.vrfInterval,
      proofDelay: settings.vrfSubmissionDelay,
      gasCosts: gasCosts('vrf_prove'),
    })
    return make(BeaconGenesis, { params: make(BeaconParameters, { ...own, vrfParameters }) })
  }
  const known = Object.values(BACKENDS).join(' or ')
  throw errors.badValue(`there is no beacon ${JSON.stringify(backend)}; give ${known}`)
}

/** Blocks, and what may be in them. */
export function consensusSection(settings: ConsensusSettings): ConsensusGenesis {
  const { backend, gasCostTxByte, ...rest } = settings
  const costs = keyedMap<string, Gas>(text, [['tx_byte', gasCostTxByte]])
  return { backend, params: make(ConsensusParameters, { ...rest, gasCosts: costs }) }
}
