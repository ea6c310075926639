import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { equalBytes, toHex } from '@wadi/base/bytes'
import { make, zero } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { Status } from '@wadi/consensus/control'
import { KeymanagerState, KeymanagerStatus } from '@wadi/consensus/control/keymanagerStatus'
import {
  CommitteeState,
  CommitteeStatus,
  ExecutorState,
  IndexerStatus,
  ReindexStatus,
  RuntimeStatus,
} from '@wadi/consensus/control/runtimeStatus'
import { Status as SecretsStatus } from '@wadi/consensus/keymanager'
import { errors as keyManagerErrors } from '@wadi/consensus/keymanager/errors'
import { NodeStatus } from '@wadi/consensus/registry'
import { errors as registryErrors } from '@wadi/consensus/registry/errors'
import {
  AdmissionPolicy,
  EntityWhitelist,
  EntityWhitelistConfig,
  EntityWhitelistRole,
  type EntityWhitelistRoleConfig,
  ExecutorParameters,
  PerRoleAdmissionPolicy,
  type Runtime,
  VersionInfo,
} from '@wadi/consensus/registry/runtime'
import { LivenessStatistics, RuntimeState } from '@wadi/consensus/roothash'
import { Block, Header } from '@wadi/consensus/roothash/block'
import { errors as roothashErrors } from '@wadi/consensus/roothash/errors'
import { Committee, CommitteeKind, CommitteeRole } from '@wadi/consensus/scheduler/committee'
import { runtimeOfNode, testRuntime, VERSION } from '@wadi/consensus-services/testing/election'
import { Namespace } from '@wadi/primitives/namespace'
import { Node } from '@wadi/primitives/node'
import { ROLES, RolesMask } from '@wadi/primitives/nodeRoles'
import { PublicKey } from '@wadi/primitives/publicKey'
import type { AskedNode } from '../connection/nodeConnection.ts'
import { refusalOf } from './admission.ts'
import { gatherKeeper, gatherRuntimes } from './gatherRuntimes.ts'

const EPOCH = 50n
const NEXT = { ...VERSION, minor: VERSION.minor + 1 }
const key = (fill: number) => PublicKey.check(new Uint8Array(32).fill(fill))
const [own, owner, other] = [key(1), key(2), key(3)] as const
const { worker, 'backup-worker': backup } = CommitteeRole.names
const KEYS = testRuntime(9).id

const runtime = testRuntime(1, {
  workers: 2,
  worker: { validatorSet: {}, maxNodes: { limit: 1 }, minPoolSize: { limit: 4 } },
  fields: {
    keyManager: KEYS,
    admissionPolicy: make(AdmissionPolicy, { anyNode: {} }),
    executor: make(ExecutorParameters, {
      groupSize: 2,
      groupBackupSize: 3,
      minLiveRoundsPercent: 90,
      minLiveRoundsEval: 20n,
      maxMissedProposalsPercent: 5,
    }),
    deployments: [
      make(VersionInfo, { version: NEXT, validFrom: EPOCH + 1n }),
      make(VersionInfo, { version: VERSION, validFrom: 2n }),
    ],
  },
})

const computing = (id: PublicKey, entityId: PublicKey, fields: Partial<Node> = {}) =>
  make(Node, {
    id,
    entityId,
    roles: ROLES.compute,
    expiration: EPOCH,
    runtimes: [runtimeOfNode(1)],
    ...fields,
  })

/** A compute node, and the state of its network, as its calls answer. */
class Asked {
  mode = 'compute'
  descriptor: Runtime | undefined = runtime
  nodes = [
    computing(own, owner),
    computing(other, owner),
    computing(key(5), key(6), { runtimes: [runtimeOfNode(1, { version: NEXT })] }),
    computing(key(7), key(6), { expiration: EPOCH - 1n }),
  ]
  committee = CommitteeState.names.ready as CommitteeState
  keymanager: KeymanagerStatus | undefined
  readonly answers: Record<string, (question: never) => unknown> = {
    'Registry/GetRuntime': () => {
      if (this.descriptor === undefined) throw registryErrors.noSuchRuntime()
      return this.descriptor
    },
    'RootHash/GetRuntimeState': () => {
      if (this.descriptor === undefined) throw roothashErrors.invalidRuntime()
      return make(RuntimeState, {
        runtime: this.descriptor,
        lastBlock: make(Block, { header: make(Header, { round: 500n }) }),
        committee: make(Committee, {
          kind: CommitteeKind.names.executor,
          members: [
            { role: worker, publicKey: other },
            { role: worker, publicKey: own },
            { role: backup, publicKey: own },
          ],
        }),
        livenessStats: make(LivenessStatistics, {
          totalRounds: 40n,
          goodRounds: [40n, 30n, 2n],
          finalizedProposals: [9n, 7n, 0n],
          missedProposals: [0n, 3n, 0n],
        }),
      })
    },
    'KeyManager.Secrets/GetStatus': () =>
      make(SecretsStatus, { isInitialized: true, nodes: [other], generation: 4n }),
    'Registry/GetNodes': () => this.nodes,
    'Registry/GetNodeStatus': () =>
      make(NodeStatus, {
        faults: keyedMap(Namespace, [[runtime.id, { failures: 2, suspendedUntil: 54n }]]),
      }),
    'Scheduler/GetValidators': () => [{ id: key(8), entityId: key(6), votingPower: 1n }],
  } as never

  runtimes = [runtime.id]
  readonly asked: string[] = []

  get status(): Status {
    const said = make(RuntimeStatus, {
      latestRound: 400n,
      committee: make(CommitteeStatus, {
        status: this.committee,
        peers: ['a', 'b'],
        host: { versions: [VERSION] },
      }),
      executor: { status: ExecutorState.names.ready },
      storage: { status: 'syncing rounds', lastFinalizedRound: 470n },
      indexer: make(IndexerStatus, {
        reindexStatus: make(ReindexStatus, { lastHeight: 10n, endHeight: 25n }),
      }),
    })
    return {
      ...zero(Status),
      mode: this.mode,
      identity: { ...zero(Status).identity, node: own },
      runtimes: keyedMap(
        Namespace,
        this.runtimes.map((id) => [id, said] as const),
      ),
      keymanager: this.keymanager,
    }
  }

  get node(): AskedNode {
    return {
      ask: async (_: unknown, name: string, question: never) => {
        this.asked.push(name)
        return this.answers[name]!(question)
      },
    } as unknown as AskedNode
  }

  async runtime() {
    const [found] = await gatherRuntimes(this.node, { status: this.status, owner, epoch: EPOCH })
    return found!
  }
}

describe('what is asked of runtimes', () => {
  it('is what runs, how far it is, and how the node stands before elections', async () => {
    const { service, ...facts } = await new Asked().runtime()
    assert.deepEqual(facts, {
      id: toHex(runtime.id),
      registered: {
        isSuspended: false,
        due: VERSION,
        next: runtime.deployments[0],
      },
      program: { versions: [VERSION], runs: true },
      rounds: { last: 500n, isIndexing: false, heightsLeft: 15n, stored: 470n, peers: 2 },
      keyManager: { id: toHex(KEYS), isInitialized: true, nodes: 1, isReached: true },
    })
    assert.deepEqual(service, {
      role: 'compute',
      refusal: undefined,
      versions: [VERSION],
      failures: 2,
      suspendedUntil: 54n,
      committee: {
        isMember: true,
        seats: 2,
        candidates: 2,
        candidatesMin: 4,
        lacksValidator: true,
        siblings: 1,
        maxPerEntity: 1,
        liveness: {
          rounds: 40n,
          live: 30n,
          livePercentMin: 90n,
          roundsMin: 20n,
          finalized: 7n,
          missed: 3n,
          missedPercentMax: 5n,
        },
      },
    })
  })

  it('is what the chain goes by, where two versions are due at once', async () => {
    const asked = new Asked()
    const deployment = (minor: number, validFrom: bigint) =>
      make(VersionInfo, { version: { ...VERSION, minor }, validFrom })
    const deployments = [deployment(1, 2n), deployment(2, 2n), deployment(3, 60n)]
    asked.descriptor = { ...runtime, deployments: [...deployments, deployment(4, 60n)] }
    const { registered } = await asked.runtime()
    assert.deepEqual([registered?.due?.minor, registered?.next?.version.minor], [1, 4])
  })

  it('takes no notice of nulls that no registry would have', async () => {
    const asked = new Asked()
    const { registered, service } = await asked.runtime()
    asked.descriptor = { ...runtime, deployments: [undefined, ...runtime.deployments] }
    asked.nodes = asked.nodes.map(({ runtimes = [], ...node }) => {
      return { ...node, runtimes: [undefined, ...runtimes] }
    })
    const found = await asked.runtime()
    assert.deepEqual([found.registered, found.service], [registered, service])
  })

  it('is asked once where it is the same for all runtimes, and only if it is needed', async () => {
    const asked = new Asked()
    asked.runtimes = [runtime.id, testRuntime(2).id]
    const countOf = (name: string) => asked.asked.filter((one) => one === name).length
    const shared = ['Registry/GetNodes', 'Registry/GetNodeStatus', 'Scheduler/GetValidators']
    await asked.runtime()
    assert.equal(countOf('Registry/GetRuntime'), 2)
    assert.deepEqual(shared.map(countOf), [1, 1, 1])
    asked.asked.length = 0
    asked.descriptor = undefined
    await asked.runtime()
    asked.descriptor = runtime
    asked.mode = 'client'
    await asked.runtime()
    assert.equal(countOf('Registry/GetRuntime'), 4)
    assert.deepEqual(shared.map(countOf), [0, 0, 0])
  })

  it('is little of a runtime that the network does not have', async () => {
    const asked = new Asked()
    asked.descriptor = undefined
    const { registered, keyManager, service, rounds } = await asked.runtime()
    assert.deepEqual([registered, keyManager, service], [undefined, undefined, undefined])
    assert.equal(rounds.last, 400n)
  })

  it('tells what the node waits for', async () => {
    const asked = new Asked()
    asked.committee = CommitteeState.names['waiting for history reindex']
    assert.equal((await asked.runtime()).rounds.isIndexing, true)
    asked.committee = CommitteeState.names['waiting for available keymanager']
    assert.equal((await asked.runtime()).keyManager?.isReached, false)
    asked.answers['KeyManager.Secrets/GetStatus'] = () => {
      throw keyManagerErrors.noSuchStatus()
    }
    assert.equal((await asked.runtime()).keyManager?.nodes, 0)
  })

  it('leaves out service where the node serves nobody, and elections of observers', async () => {
    const asked = new Asked()
    asked.mode = 'client'
    assert.equal((await asked.runtime()).service, undefined)
    asked.mode = 'observer'
    const { service } = await asked.runtime()
    assert.deepEqual([service?.role, service?.versions], ['observer', undefined])
    assert.equal(service?.committee, undefined)
  })

  it('is which secrets a key manager has', async () => {
    const asked = new Asked()
    const ask = () => gatherKeeper(asked.node, { status: asked.status, owner, epoch: EPOCH })
    assert.equal(await ask(), undefined)
    const { ready, disabled } = KeymanagerState.names
    const { secrets } = keeperStatus(4n)
    asked.keymanager = make(KeymanagerStatus, { status: ready, runtimeId: KEYS, secrets })
    assert.deepEqual(await ask(), {
      id: toHex(KEYS),
      runs: true,
      due: VERSION,
      active: undefined,
      isInitialized: true,
      isCounted: true,
      generation: 4n,
      loaded: 4n,
    })
    asked.keymanager = { ...asked.keymanager, status: disabled }
    assert.equal(await ask(), undefined)
  })
})

function keeperStatus(generation: bigint) {
  const empty = zero(KeymanagerStatus)
  const status = make(SecretsStatus, { isInitialized: true, nodes: [own], generation })
  const masterSecrets = {
    numLoaded: 5n,
    lastLoadedGeneration: generation,
    numGenerated: 0n,
    lastGeneratedGeneration: 0n,
  }
  const ephemeralSecrets = {
    numLoaded: 0n,
    lastLoadedEpoch: 0n,
    numGenerated: 0n,
    lastGeneratedEpoch: 0n,
  }
  const worker = {
    status: KeymanagerState.names.ready,
    lastRegistration: 0n,
    policy: undefined,
    policyChecksum: undefined,
    masterSecrets,
    ephemeralSecrets,
    privatePeers: undefined,
  }
  return { ...empty, secrets: { status, worker } }
}

describe('an admission policy', () => {
  const role = ROLES.compute
  const policyOf = (of: PublicKey, maxNodes: readonly (readonly [number, number])[]) => {
    const config = make(EntityWhitelistConfig, { maxNodes: keyedMap(RolesMask, maxNodes) })
    const entities = keyedMap(PublicKey, [[of, config] as const])
    return make(AdmissionPolicy, { entityWhitelist: make(EntityWhitelist, { entities }) })
  }
  const roleOf = (of: PublicKey, maxNodes: number) => {
    const entities = keyedMap<PublicKey, EntityWhitelistRoleConfig>(PublicKey, [[of, { maxNodes }]])
    const entityWhitelist = make(EntityWhitelistRole, { entities })
    const one = make(PerRoleAdmissionPolicy, { entityWhitelist })
    const perRole = keyedMap<number, PerRoleAdmissionPolicy>(RolesMask, [[role, one]])
    return make(AdmissionPolicy, { perRole })
  }
  const refusal = (policy: AdmissionPolicy, others = 0) =>
    refusalOf(policy, { owner, role, others })

  it('lets in whom it lists, and as many as it says', () => {
    assert.ok(!equalBytes(owner, other))
    assert.equal(refusal(make(AdmissionPolicy, { anyNode: {} })), undefined)
    assert.equal(refusal(policyOf(owner, []), 9), undefined)
    assert.match(refusal(policyOf(other, [])) ?? '', /lists owners, and not the one/)
    assert.match(refusal(policyOf(owner, [[ROLES.observer, 1]])) ?? '', /no nodes of the owner/)
    assert.equal(refusal(policyOf(owner, [[role, 2]]), 1), undefined)
    assert.match(refusal(policyOf(owner, [[role, 2]]), 2) ?? '', /admits 2 .* 2 others/)
  })

  it('has lists for single roles', () => {
    assert.match(refusal(roleOf(other, 0)) ?? '', /for this role/)
    assert.equal(refusal(roleOf(owner, 0), 9), undefined)
    assert.equal(refusal(roleOf(owner, 2), 1), undefined)
    assert.match(refusal(roleOf(owner, 2), 2) ?? '', /admits 2/)
  })
})
