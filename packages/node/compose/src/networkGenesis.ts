/** Where a network begins that somebody made: for tests, simulations and benchmarks. */

import { make, zero } from '@wadi/cbor/codec'
import {
  BACKENDS,
  Parameters as BeaconParameters,
  InsecureParameters,
  VrfParameters,
} from '@wadi/consensus/beacon'
import { BACKEND, Parameters as ConsensusParameters } from '@wadi/consensus/consensus'
import { chainContextOf, GenesisDocument } from '@wadi/consensus/genesis/document'
import { Parameters as GovernanceParameters } from '@wadi/consensus/governance'
import { Parameters as RegistryParameters } from '@wadi/consensus/registry'
import { Parameters as RoothashParameters } from '@wadi/consensus/roothash'
import { Parameters as SchedulerParameters } from '@wadi/consensus/scheduler'
import { Genesis as VaultGenesis, Parameters as VaultParameters } from '@wadi/consensus/vault'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { ENTITY_VERSION, Entity } from '@wadi/primitives/entity'
import { multiSignValue, signValue } from '@wadi/primitives/envelope'
import type { Moment } from '@wadi/primitives/moment'
import { NODE_VERSION, Node } from '@wadi/primitives/node'
import { parseNodeAddress } from '@wadi/primitives/nodeAddress'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { quantity } from '@wadi/primitives/quantity'
import {
  type NetworkAccount,
  networkAccount,
  type ValidatorKeys,
  validatorKeys,
} from './networkKeys.ts'
import { networkLedger } from './networkLedger.ts'
import {
  GOVERNED,
  keyManagerStatuses,
  type NetworkWorker,
  networkRuntimes,
  networkWorkers,
  type ParatimeChoice,
  type ParatimesOptions,
} from './networkParatimes.ts'

/** A validator that the network begins with. */
export interface ValidatorOptions {
  /** In base units; sixteen of them are one vote. */
  readonly stake?: bigint
  /** Where others reach it: `host:port`. */
  readonly address?: string
}

/** How a network is to be. Whatever is left out has a default with which blocks come fast. */
export interface NetworkOptions {
  /** The same seed gives the same keys; other networks have others. */
  readonly seed?: string
  /** How many, or each one. */
  readonly validators: number | readonly ValidatorOptions[]
  /** How many accounts are funded, or which. */
  readonly accounts?: number | readonly NetworkAccount[]
  /** In base units, each of them. */
  readonly balance?: bigint
  /**
   * `insecure` needs nobody; with `vrf` nodes have to prove; with `mock` epochs begin only when
   * somebody says so.
   */
  readonly beacon?: 'insecure' | 'vrf' | 'mock'
  readonly epochBlocks?: bigint
  readonly time?: Moment
  /** How long a node waits for late votes after a block. */
  readonly timeoutCommitMs?: bigint
  /** What an equivocation costs, and for how many epochs. */
  readonly slash?: { readonly amount: bigint; readonly freezeEpochs: bigint }
  readonly params?: Partial<ConsensusParameters>
  /** Runtimes, and the nodes that run them; none unless told otherwise. */
  readonly paratimes?: ParatimesOptions | undefined
  /** Last changes to the document. */
  readonly change?: (document: GenesisDocument) => GenesisDocument
}

/** A network before its first block. */
export interface NetworkGenesis {
  readonly document: GenesisDocument
  readonly chainContext: string
  readonly validators: readonly ValidatorKeys[]
  /** Nodes that run runtimes: they register by themselves. */
  readonly workers: readonly NetworkWorker[]
  /** What they run. */
  readonly paratimes: readonly ParatimeChoice[]
  readonly accounts: readonly NetworkAccount[]
}

/** What a validator stakes unless told otherwise: in base units. */
const STAKE = 1_000_000_000n
const BALANCE = 1_000_000_000n
const BASE_EPOCH = 0n
const EPOCH_BLOCKS = 60n
/** Nobody has to register again while the network is looked at. */
const EXPIRATION = 1_000_000n
const BEGUN_AT: Moment = { seconds: 1_767_225_600n, nanoseconds: 0 }
const NANOSECONDS_PER_MS = 1_000_000n
const PORT = 26_656

interface Validator extends Required<ValidatorOptions> {
  readonly keys: ValidatorKeys
}

/** Makes the genesis document of a network, and all keys in it. */
export function createNetworkGenesis(options: NetworkOptions): NetworkGenesis {
  const { seed = 'test', accounts: funded = 16, change = (document) => document } = options
  const validators = validatorsOf(options, seed)
  const { paratimes } = options
  const keysOf = (i: number) => validatorKeys(seed, validators.length + i)
  const workers = paratimes === undefined ? [] : networkWorkers(paratimes, keysOf)
  const accounts =
    typeof funded === 'number'
      ? Array.from({ length: funded }, (_, i) => networkAccount(seed, i))
      : funded
  const staking = networkLedger({
    stakes: [
      ...validators.map(({ keys, stake }) => [keys.entity.publicKey, stake] as const),
      ...workers.map(({ keys }) => [keys.entity.publicKey, STAKE] as const),
    ],
    accounts: accounts.map(({ address }) => address),
    balance: options.balance ?? BALANCE,
    slash: options.slash ?? { amount: STAKE / 10n, freezeEpochs: EXPIRATION },
    allowEscrowMessages: options.paratimes !== undefined,
  })
  const document = change({
    ...zero(GenesisDocument),
    ...sections(options),
    height: 1n,
    genesisTime: options.time ?? BEGUN_AT,
    chainId: `wadi network ${seed}`,
    staking,
    ...(paratimes && {
      keymanager: { ...zero(GenesisDocument).keymanager, statuses: keyManagerStatuses(paratimes) },
    }),
    registry: registryOf({ validators, workers, paratimes }),
  })
  return {
    document,
    chainContext: chainContextOf(document),
    validators: validators.map(({ keys }) => keys),
    workers,
    paratimes: paratimes?.paratimes ?? [],
    accounts,
  }
}

function validatorsOf({ validators }: NetworkOptions, seed: string): readonly Validator[] {
  const given =
    typeof validators === 'number' ? Array.from({ length: validators }, () => ({})) : validators
  return given.map(({ stake = STAKE, address }: ValidatorOptions, i) => ({
    keys: validatorKeys(seed, i),
    stake,
    address: address ?? `127.0.0.1:${PORT + i}`,
  }))
}

interface Registered {
  readonly validators: readonly Validator[]
  readonly workers: readonly NetworkWorker[]
  readonly paratimes: ParatimesOptions | undefined
}

function registryOf(registered: Registered): GenesisDocument['registry'] {
  const { validators, workers, paratimes } = registered
  const owner = workers[0]?.keys.entity.publicKey
  return {
    ...zero(GenesisDocument).registry,
    params: make(RegistryParameters, {
      debugAllowUnroutableAddresses: true,
      debugAllowTestRuntimes: true,
      maxNodeExpiration: EXPIRATION,
      ...(paratimes && { enableRuntimeGovernanceModels: GOVERNED }),
    }),
    runtimes:
      paratimes === undefined || owner === undefined ? [] : networkRuntimes(paratimes, owner),
    entities: [...validators, ...workers].map(({ keys: { entity, node } }) => {
      const descriptor = { v: ENTITY_VERSION, id: entity.publicKey, nodes: [node.publicKey] }
      return signValue(entity.signer, contextOf(contexts.registerEntity), Entity, descriptor)
    }),
    nodes: validators.map(({ keys, address }) => {
      const { entity: _, ...own } = keys
      const signers = Object.values(own).map(({ signer }) => signer)
      return multiSignValue(signers, contextOf(contexts.registerNode), Node, nodeOf(keys, address))
    }),
  }
}

function nodeOf({ entity, node, p2p, consensus, vrf, tls }: ValidatorKeys, at: string): Node {
  const address = parseNodeAddress(at)
  return make(Node, {
    v: NODE_VERSION,
    id: node.publicKey,
    entityId: entity.publicKey,
    expiration: BASE_EPOCH + EXPIRATION,
    tls: { pubKey: tls.publicKey },
    p2p: { id: p2p.publicKey, addresses: [address] },
    consensus: { id: consensus.publicKey, addresses: [{ id: p2p.publicKey, address }] },
    vrf: { id: vrf.publicKey },
    runtimes: [],
    roles: ROLES.validator,
  })
}

function beaconOf({ beacon = 'insecure', epochBlocks: interval = EPOCH_BLOCKS }: NetworkOptions) {
  const vrf = { alphaHqThreshold: 1n, interval, proofDelay: interval / 2n }
  return {
    base: BASE_EPOCH,
    params: make(BeaconParameters, {
      backend: beacon === 'vrf' ? BACKENDS.vrf : BACKENDS.insecure,
      debugMockBackend: beacon === 'mock',
      ...(beacon === 'vrf'
        ? { vrfParameters: make(VrfParameters, vrf) }
        : { insecureParameters: make(InsecureParameters, { interval }) }),
    }),
  }
}

function consensusOf({ timeoutCommitMs = 100n, params }: NetworkOptions) {
  return {
    backend: BACKEND,
    params: make(ConsensusParameters, {
      timeoutCommit: timeoutCommitMs * NANOSECONDS_PER_MS,
      maxTxSize: 131_072n,
      maxBlockSize: 4_194_304n,
      maxEvidenceSize: 1_048_576n,
      featureVersion: { major: 26, minor: 1, patch: 0 },
      ...params,
    }),
  }
}

/** What every network has in common. */
function sections(options: NetworkOptions) {
  return {
    beacon: beaconOf(options),
    consensus: consensusOf(options),
    roothash: {
      ...zero(GenesisDocument).roothash,
      params: make(RoothashParameters, {
        maxRuntimeMessages: 128,
        maxInRuntimeMessages: 128,
        maxEvidenceAge: 100n,
      }),
    },
    scheduler: {
      params: make(SchedulerParameters, {
        minValidators: 1n,
        maxValidators: 200n,
        maxValidatorsPerEntity: 1n,
      }),
    },
    governance: {
      ...zero(GenesisDocument).governance,
      params: make(GovernanceParameters, {
        minProposalDeposit: quantity(100n),
        votingPeriod: 2n,
        stakeThreshold: 68,
        upgradeMinEpochDiff: 5n,
        upgradeCancelMinEpochDiff: 5n,
        enableChangeParametersProposal: true,
        allowVoteWithoutEntity: true,
        allowProposalMetadata: true,
      }),
    },
    vault: make(VaultGenesis, {
      params: make(VaultParameters, { enabled: true, maxAuthorityAddresses: 32 }),
    }),
  }
}
