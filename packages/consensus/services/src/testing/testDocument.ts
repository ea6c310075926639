/** A genesis document of a network in which somebody is everything, and its parts. */

import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { u64 } from '@wadi/cbor/scalars'
import {
  Genesis as BeaconGenesis,
  Parameters as BeaconParameters,
  VrfParameters,
} from '@wadi/consensus/beacon'
import {
  Genesis as ConsensusGenesis,
  Parameters as ConsensusParameters,
} from '@wadi/consensus/consensus'
import { GenesisDocument } from '@wadi/consensus/genesis/document'
import { Genesis as GovernanceGenesis, Proposal } from '@wadi/consensus/governance'
import {
  Genesis as KeymanagerGenesis,
  Status as KeymanagerStatus,
  PolicySgx,
} from '@wadi/consensus/keymanager'
import { NodeStatus, Genesis as RegistryGenesis } from '@wadi/consensus/registry'
import { Genesis as RoothashGenesis } from '@wadi/consensus/roothash'
import {
  Genesis as SchedulerGenesis,
  Parameters as SchedulerParameters,
} from '@wadi/consensus/scheduler'
import {
  Account,
  CommissionScheduleRules,
  EscrowAccount,
  GeneralAccount,
  Genesis as StakingGenesis,
  Parameters as StakingParameters,
} from '@wadi/consensus/staking'
import { Genesis as VaultGenesis, Parameters as VaultParameters } from '@wadi/consensus/vault'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { EMPTY_HASH } from '@wadi/mkvs/roots'
import { Address, stakingAddress } from '@wadi/primitives/address'
import { multiSignValue } from '@wadi/primitives/envelope'
import { Hash } from '@wadi/primitives/hash'
import { parseMoment } from '@wadi/primitives/moment'
import { Namespace, testNamespace } from '@wadi/primitives/namespace'
import { NodeRuntime } from '@wadi/primitives/node'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { PublicKey } from '@wadi/primitives/publicKey'
import { quantity } from '@wadi/primitives/quantity'
import { GOVERNANCE, proposing, upgradeAt } from './testGovernance.ts'
import { bob, carol, pool, thresholdsOf } from './testLedger.ts'
import {
  computeRuntime,
  deployment,
  entitySigner,
  keyManagerRuntime,
  keyOf,
  nodeSigners,
  signedEntity,
  signedNode,
  TEST_PARAMETERS,
} from './testRegistry.ts'

/** Who registers everything. */
export const owner: Address = stakingAddress(keyOf(entitySigner('alice')))
/** The owner's validator, and the node that computes and keeps keys. */
export const validatorSigners = nodeSigners('validator')
export const workerSigners = nodeSigners('worker')

const runtime = computeRuntime({ keyManager: keyManagerRuntime().id })
const suspended = computeRuntime({ id: testNamespace(Uint8Array.of(7)) })

function consensus(): ConsensusGenesis {
  return make(ConsensusGenesis, {
    backend: 'tendermint',
    params: make(ConsensusParameters, {
      timeoutCommit: 1_000_000n,
      maxTxSize: 32_768n,
      maxBlockSize: 1_048_576n,
      stateCheckpointInterval: 1_000n,
      stateCheckpointNumKept: 1n,
      stateCheckpointChunkSize: 1_048_576n,
      publicKeyBlacklist: [PublicKey.check(new Uint8Array(32).fill(3))],
      featureVersion: { major: 26, minor: 1, patch: 0 },
    }),
  })
}

function beacon(): BeaconGenesis {
  const vrfParameters = make(VrfParameters, {
    alphaHqThreshold: 3n,
    interval: 20n,
    proofDelay: 19n,
  })
  return make(BeaconGenesis, {
    base: 10n,
    params: make(BeaconParameters, { backend: 'vrf', vrfParameters }),
  })
}

function registry(): RegistryGenesis {
  const id = keyOf(validatorSigners.id)
  const version = { major: 1, minor: 0, patch: 0 }
  const runtimes = [runtime, keyManagerRuntime()].map(({ id: runtimeId }) =>
    make(NodeRuntime, { id: runtimeId, version }),
  )
  const worker = { roles: ROLES.compute | ROLES['key-manager'], runtimes }
  return make(RegistryGenesis, {
    params: TEST_PARAMETERS,
    entities: [signedEntity(entitySigner('alice'), [id, keyOf(workerSigners.id)])],
    runtimes: [runtime, keyManagerRuntime({ deployments: [deployment({ validFrom: 0n })] })],
    suspendedRuntimes: [suspended],
    nodes: [signedNode(validatorSigners), signedNode(workerSigners, worker)],
    nodeStatuses: keyedMap<PublicKey, NodeStatus | undefined>(PublicKey, [
      [id, make(NodeStatus, {})],
    ]),
  })
}

function mapped<T>(...entries: readonly (readonly [Address, T])[]) {
  return keyedMap<Address, T>(Address, entries)
}

/** The owner has staked, and bob too; bob waits for some of it, and carol may spend of his. */
function staking(): StakingGenesis {
  const allowances = keyedMap<Address, ReturnType<typeof quantity>>(Address, [
    [carol, quantity(7n)],
  ])
  const schedule = {
    rates: [{ start: 0n, rate: quantity(10_000n) }],
    bounds: [{ start: 0n, rateMin: quantity(0n), rateMax: quantity(100_000n) }],
  }
  const active = pool(3_000n, 3_000n)
  const escrow = make(EscrowAccount, {
    active,
    debonding: pool(40n, 20n),
    commissionSchedule: schedule,
  })
  const delegations = mapped(
    [owner, { shares: quantity(2_000n) }],
    [bob, { shares: quantity(1_000n) }],
  )
  const debonding = [{ shares: quantity(20n), debondEnd: 12n }]
  return make(StakingGenesis, {
    params: make(StakingParameters, {
      thresholds: thresholdsOf(100n),
      feeSplitWeightVote: quantity(1n),
      signingRewardThresholdNumerator: 3n,
      signingRewardThresholdDenominator: 4n,
      rewardSchedule: [{ until: 20n, scale: quantity(1_000n) }],
      commissionScheduleRules: make(CommissionScheduleRules, {
        rateChangeInterval: 1n,
        rateBoundLead: 1n,
        maxRateSteps: 4,
        maxBoundSteps: 4,
      }),
    }),
    tokenSymbol: 'TEST',
    tokenValueExponent: 9,
    totalSupply: quantity(10_000n),
    commonPool: quantity(6_000n),
    lastBlockFees: quantity(50n),
    governanceDeposits: quantity(10n),
    ledger: mapped(
      [owner, make(Account, { escrow })],
      [
        bob,
        make(Account, { general: make(GeneralAccount, { balance: quantity(900n), allowances }) }),
      ],
    ),
    delegations: mapped([owner, delegations]),
    debondingDelegations: mapped([owner, mapped([bob, debonding])]),
  })
}

function keymanager(): KeymanagerGenesis {
  const { id } = keyManagerRuntime()
  const signers = [entitySigner('policy')]
  const context = contextOf(contexts.keyManagerPolicy)
  const signed = (serial: number) => {
    const policy = make(PolicySgx, { serial, id })
    const { signatures } = multiSignValue(signers, context, PolicySgx, policy)
    return { policy, signatures }
  }
  const status = make(KeymanagerStatus, { id, policy: signed(1), nextPolicy: signed(2) })
  return make(KeymanagerGenesis, { statuses: [status] })
}

function governance(): GovernanceGenesis {
  const by = { submitter: bob, createdAt: 3n, closesAt: 8n, deposit: quantity(10n) }
  const passed = { ...by, state: 2 }
  const proposals = [
    make(Proposal, {
      ...by,
      id: 1n,
      state: 1,
      closesAt: 12n,
      content: proposing({ upgrade: upgradeAt(90n) }),
    }),
    make(Proposal, { ...passed, id: 2n, content: proposing({ upgrade: upgradeAt(40n) }) }),
    make(Proposal, { ...passed, id: 3n, content: proposing({ upgrade: upgradeAt(60n) }) }),
    make(Proposal, { ...passed, id: 4n, content: proposing({ upgrade: upgradeAt(61n) }) }),
    make(Proposal, {
      ...passed,
      id: 5n,
      content: proposing({ cancelUpgrade: { proposalId: 4n } }),
    }),
  ]
  const voteEntries = keyedMap(u64, [[1n, [{ voter: bob, vote: 1 }]]] as const)
  return make(GovernanceGenesis, { params: GOVERNANCE, proposals, voteEntries })
}

/** The document. A node accepts it, in debug mode or not, and a chain begins with it. */
export function testDocument(changes: Partial<GenesisDocument> = {}): GenesisDocument {
  const stateRoot = Hash.check(EMPTY_HASH)
  return make(GenesisDocument, {
    height: 1n,
    chainId: 'test',
    genesisTime: parseMoment('2026-01-02T03:04:05Z'),
    consensus: consensus(),
    beacon: beacon(),
    registry: registry(),
    roothash: make(RoothashGenesis, {
      runtimeStates: keyedMap(Namespace, [
        [runtime.id, { stateRoot, round: 5n, messageResults: [] }],
      ]),
    }),
    staking: staking(),
    keymanager: keymanager(),
    scheduler: make(SchedulerGenesis, {
      params: make(SchedulerParameters, {
        minValidators: 1n,
        maxValidators: 10n,
        maxValidatorsPerEntity: 1n,
      }),
    }),
    governance: governance(),
    vault: make(VaultGenesis, {
      params: make(VaultParameters, { enabled: true, maxAuthorityAddresses: 8 }),
    }),
    ...changes,
  })
}
