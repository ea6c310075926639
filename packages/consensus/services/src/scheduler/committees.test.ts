import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { refuseAttestations } from '@wadi/attestation/contract'
import { toHex } from '@wadi/base/bytes'
import { make, zero } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import {
  ExecutorParameters,
  RUNTIME_KINDS,
  type Runtime,
  VersionInfo,
} from '@wadi/consensus/registry/runtime'
import { CommitteeKind, CommitteeRole } from '@wadi/consensus/scheduler/committee'
import { EPOCH_INVALID } from '@wadi/primitives/epoch'
import { Namespace } from '@wadi/primitives/namespace'
import { ROLES } from '@wadi/primitives/nodeRoles'
import type { Context } from '../kernel/context.ts'
import {
  EPOCH,
  type NetworkOptions,
  type NodeOptions,
  runtimeOfNode,
  STAKE,
  testNetwork,
  testRuntime,
  testRuntimeId,
  VERSION,
} from '../testing/testElection.ts'
import { testKey } from '../testing/testNodes.ts'
import { electCommittees } from './committees.ts'
import { callElection } from './election.ts'
import { committeeOf } from './queries.ts'
import { setCommittee } from './state.ts'
import { electValidators } from './validators.ts'

const EXECUTOR = CommitteeKind.names.executor
const ZERO_VERSION = { major: 0, minor: 0, patch: 0 }
const WORKER = CommitteeRole.names.worker

type Members = readonly (readonly number[])[]

function numberOf(key: Uint8Array): number {
  return new DataView(key.buffer, key.byteOffset).getUint32(0)
}

/** The workers and the backup workers of a runtime. */
function membersOf({ state }: Context, runtime = 1): Members | undefined {
  const committee = committeeOf(state, EXECUTOR, testRuntimeId(runtime))
  if (committee === undefined) return undefined
  assert.equal(committee.validFor, EPOCH)
  const numbers: readonly [number[], number[]] = [[], []]
  for (const member of committee.members ?? [])
    numbers[member!.role === WORKER ? 0 : 1].push(numberOf(member!.publicKey))
  return numbers
}

/** Holds the elections of a network of one runtime, unless it has more. */
function elect(options: Partial<NetworkOptions>): Context {
  const ctx = testNetwork({ nodes: six, runtimes: [testRuntime(1)], ...options })
  const election = callElection(ctx.state, EPOCH)
  electCommittees(ctx, election, electValidators(ctx, election))
  return ctx
}

function elected(options: Partial<NetworkOptions>): Members | undefined {
  return membersOf(elect(options))
}

/** Everybody who may be elected: a committee is possible of as many, and of no more. */
function poolOf(nodes: NetworkOptions['nodes'], options: Partial<NetworkOptions> = {}) {
  for (let workers = Object.keys(nodes).length; workers > 0; workers--) {
    const runtimes = [testRuntime(1, { workers, backups: 0 })]
    const members = elected({ nodes, runtimes, ...options })
    if (members !== undefined) return members[0]!.toSorted((a, b) => a - b)
  }
  return []
}

function nodesOf(...numbers: readonly number[]): Readonly<Record<number, NodeOptions>> {
  return Object.fromEntries(numbers.map((n) => [n, {}]))
}

const six = nodesOf(1, 2, 3, 4, 5, 6)

for (const backend of ['vrf', 'insecure'] as const)
  describe(`who may be elected into a committee, ${backend}`, () => {
    const pool = (nodes: NetworkOptions['nodes'], options: Partial<NetworkOptions> = {}) =>
      poolOf(nodes, { backend, ...options })

    it('is everybody who computes for the runtime', () => {
      assert.deepEqual(pool(six), [1, 2, 3, 4, 5, 6])
      const nodes = { ...six, 2: { node: { roles: ROLES.validator } } }
      assert.deepEqual(pool(nodes), [1, 3, 4, 5, 6])
    })

    it('is who runs the version that is deployed, and no other one', () => {
      const of = (version: typeof VERSION) => ({
        node: { runtimes: [runtimeOfNode(1, { version })] },
      })
      const nodes = {
        1: {},
        2: of({ ...VERSION, patch: 4 }),
        3: { node: { runtimes: [runtimeOfNode(2)] } },
        4: { node: { runtimes: undefined } },
        5: { node: { runtimes: [runtimeOfNode(1, { version: ZERO_VERSION }), runtimeOfNode(1)] } },
      }
      assert.deepEqual(pool(nodes), [1, 5])
    })

    it('is nobody while nothing is deployed', () => {
      const deployments = [make(VersionInfo, { version: VERSION, validFrom: EPOCH + 1n })]
      for (const fields of [{ deployments }, { deployments: [] }]) {
        const runtimes = [testRuntime(1, { workers: 1, backups: 0, fields })]
        assert.equal(elected({ backend, runtimes }), undefined)
      }
    })

    it('is nobody who is frozen, over, suspended for the runtime, or without stake', () => {
      const suspendedUntil = (epoch: bigint) => ({
        faults: keyedMap(Namespace, [[testRuntimeId(1), { failures: 1, suspendedUntil: epoch }]]),
      })
      const nodes = {
        1: {},
        2: { status: { freezeEndTime: 1n } },
        3: { node: { expiration: EPOCH - 1n } },
        4: { status: suspendedUntil(EPOCH + 1n) },
        5: { status: suspendedUntil(EPOCH) },
        6: {},
      }
      assert.deepEqual(pool(nodes, { stakes: { 6: STAKE - 1n } }), [1, 5])
      const params = { debugBypassStake: true }
      assert.deepEqual(pool(nodes, { stakes: { 6: STAKE - 1n }, params }), [1, 5, 6])
    })
  })

describe('who may be elected into a committee, with proofs', () => {
  it('is who has proved', () => {
    assert.deepEqual(poolOf({ ...six, 3: { proof: 'none' } }), [1, 2, 4, 5, 6])
  })

  it('is one of those who have proved the same: the first', () => {
    const nodes = { ...six, 1: { proof: 3 } }
    const runtimes = [testRuntime(1, { workers: 5, backups: 0 })]
    assert.deepEqual(elected({ nodes, runtimes })?.[0]?.toSorted(), [1, 2, 4, 5, 6])
    const tooMany = [testRuntime(1, { workers: 6, backups: 0 })]
    assert.equal(elected({ nodes, runtimes: tooMany }), undefined)
  })

  it('is who was registered before the epoch in which everybody proved', () => {
    const after = (electionEligibleAfter: bigint) => ({ status: { electionEligibleAfter } })
    const nodes = { 1: after(EPOCH - 1n), 2: after(EPOCH), 3: after(EPOCH_INVALID) }
    assert.deepEqual(poolOf(nodes), [1])
    assert.deepEqual(poolOf(nodes, { params: { debugAllowWeakAlpha: true } }), [1, 2, 3])
    assert.deepEqual(poolOf(nodes, { backend: 'insecure' }), [1, 2, 3])
  })

  it('is nobody if the alpha was bad, unless tests do not mind', () => {
    assert.equal(elected({ canElect: false }), undefined)
    assert.notEqual(elected({ canElect: false, params: { debugAllowWeakAlpha: true } }), undefined)
    assert.notEqual(elected({ canElect: false, backend: 'insecure' }), undefined)
  })
})

for (const backend of ['vrf', 'insecure'] as const)
  describe(`electing a committee, ${backend}`, () => {
    const electedOf = (runtime: Runtime, options: Partial<NetworkOptions> = {}) =>
      elected({ backend, runtimes: [runtime], ...options })

    it('gives each role as many nodes as it needs, and one node may have both', () => {
      const [workers, backups] = electedOf(testRuntime(1, { workers: 6, backups: 4 }))!
      assert.deepEqual(workers?.toSorted(), [1, 2, 3, 4, 5, 6])
      assert.equal(new Set(backups).size, 4)
    })

    it('gives nobody anything if one of the roles gets too few', () => {
      assert.equal(electedOf(testRuntime(1, { workers: 7, backups: 0 })), undefined)
      assert.equal(electedOf(testRuntime(1, { workers: 1, backups: 7 })), undefined)
      assert.notEqual(electedOf(testRuntime(1, { workers: 1, backups: 6 })), undefined)
    })

    it('needs workers, and needs no backup workers', () => {
      assert.equal(electedOf(testRuntime(1, { workers: 0, backups: 2 })), undefined)
      assert.equal(electedOf(testRuntime(1, { workers: 1, backups: 0 }))?.[1]?.length, 0)
    })

    it('needs as many who may be elected as a constraint says', () => {
      const runtime = (limit: number) =>
        testRuntime(1, { workers: 1, backups: 1, backup: { minPoolSize: { limit } } })
      assert.notEqual(electedOf(runtime(6)), undefined)
      assert.equal(electedOf(runtime(7)), undefined)
    })

    it('takes nodes of entities that validate, if a constraint says so', () => {
      const params = { maxValidators: 2n }
      const stakes = { 2: 2n * STAKE, 5: 2n * STAKE }
      const runtime = testRuntime(1, { workers: 2, backups: 6, worker: { validatorSet: {} } })
      const [workers, backups] = electedOf(runtime, { params, stakes })!
      assert.deepEqual(workers?.toSorted(), [2, 5])
      assert.equal(backups?.length, 6)
      const both = testRuntime(1, { workers: 2, backups: 3, backup: { validatorSet: {} } })
      assert.equal(electedOf(both, { params, stakes }), undefined)
    })

    it('takes as many nodes of an entity as a constraint says', () => {
      const nodes = { 1: {}, 2: { entity: 1 }, 3: { entity: 1 }, 4: {} }
      const of = (limit: number, workers: number) =>
        electedOf(testRuntime(1, { workers, backups: 0, worker: { maxNodes: { limit } } }), {
          nodes,
        })
      assert.ok(of(1, 2)?.[0]?.includes(4))
      assert.equal(of(1, 3), undefined)
      assert.ok(of(2, 3)?.[0]?.includes(4))
      assert.equal(of(2, 4), undefined)
      assert.notEqual(of(3, 4), undefined)
    })

    it('elects nobody under a limit of zero nodes', () => {
      const runtime = testRuntime(1, { workers: 1, backups: 0, worker: { maxNodes: { limit: 0 } } })
      assert.equal(electedOf(runtime), undefined)
    })

    it('counts the nodes of an entity before it asks whether there are enough', () => {
      const nodes = { 1: {}, 2: { entity: 1 }, 3: {} }
      const of = (limit: number) => {
        const worker = { maxNodes: { limit: 1 }, minPoolSize: { limit } }
        return electedOf(testRuntime(1, { workers: 1, backups: 0, worker }), { nodes })
      }
      assert.notEqual(of(2), undefined)
      assert.equal(of(3), undefined)
    })

    it('has no constraints where the descriptor has null or nothing', () => {
      for (const constraints of [
        keyedMap(CommitteeKind, [[EXECUTOR, undefined]]),
        keyedMap<CommitteeKind, undefined>(CommitteeKind, []),
      ])
        assert.notEqual(electedOf(testRuntime(1, { fields: { constraints } })), undefined)
    })
  })

describe('enclaves in elections', () => {
  const enclave = (hardware: number) => {
    const tee = { hardware, rak: testKey(0), rek: undefined, attestation: undefined }
    return { node: { runtimes: [runtimeOfNode(1, { capabilities: { tee } })] } }
  }
  const nodes = { 1: {}, 2: enclave(1), 3: enclave(0), 4: enclave(2) }
  const of = (teeHardware: number, isGood: boolean) => {
    const asked: unknown[] = []
    const verifyAttestation: Context['chain']['verifyAttestation'] = (request) => {
      asked.push(request)
      if (!isGood) refuseAttestations(request)
    }
    const runtimes = [testRuntime(1, { workers: 1, backups: 0, fields: { teeHardware } })]
    const members = elected({ nodes, runtimes, context: { verifyAttestation } })
    return { members: members?.[0], asked }
  }

  it('are not wanted by a runtime without enclaves, not even one of no kind', () => {
    const { members, asked } = of(0, true)
    assert.deepEqual(members, [1])
    assert.equal(asked.length, 0)
  })

  it('are verified again, by the time of the block and the height before it', () => {
    const { members, asked } = of(1, true)
    assert.deepEqual(members, [2])
    assert.equal(asked.length, 1)
    const { nodeId, time, height } = asked[0] as Parameters<typeof refuseAttestations>[0]
    assert.deepEqual([nodeId, time.seconds, height], [testKey(2), 1_600_000_000n, 10n])
  })

  it('elect nobody whose evidence has become too old', () => {
    assert.equal(of(1, false).members, undefined)
  })
})

describe('the committees of all runtimes', () => {
  const old = { kind: EXECUTOR, members: [], validFor: EPOCH - 1n }

  it('are elected for those that run, and those that cannot be are dissolved', () => {
    const ctx = testNetwork({
      nodes: six,
      runtimes: [testRuntime(1), testRuntime(2, { workers: 9 }), testRuntime(3)],
    })
    for (const n of [2, 3, 4]) setCommittee(ctx.state, { ...old, runtimeId: testRuntimeId(n) })
    const election = callElection(ctx.state, EPOCH)
    electCommittees(ctx, election, new Set())
    assert.equal(membersOf(ctx, 1)?.[0]?.length, 3)
    assert.equal(membersOf(ctx, 2), undefined)
    assert.equal(membersOf(ctx, 3)?.[0]?.length, 3)
    assert.equal(committeeOf(ctx.state, EXECUTOR, testRuntimeId(4))?.validFor, EPOCH - 1n)
  })

  it('are told once, also if there are no runtimes', () => {
    for (const runtimes of [[], [testRuntime(1), testRuntime(2)]]) {
      const { events } = elect({ runtimes })
      assert.deepEqual(
        events.map(({ type, attributes }) => [
          type,
          attributes[0]?.key,
          toHex(attributes[0]!.value),
        ]),
        [['oasis_event_200_scheduler', 'elected', 'a1656b696e64734101']],
      )
    }
  })

  it('are not elected for key managers, which before 26.1 meant that they had none', () => {
    const keyManager = testRuntime(1, { fields: { kind: RUNTIME_KINDS.keyManager } })
    for (const [minor, isLeft] of [
      [0, false],
      [1, true],
    ] as const) {
      const ctx = testNetwork({
        nodes: six,
        runtimes: [{ ...keyManager, executor: zero(ExecutorParameters) }],
        featureVersion: { major: 26, minor, patch: 0 },
      })
      setCommittee(ctx.state, { ...old, runtimeId: testRuntimeId(1) })
      electCommittees(ctx, callElection(ctx.state, EPOCH), new Set())
      assert.equal(committeeOf(ctx.state, EXECUTOR, testRuntimeId(1)) !== undefined, isLeft)
    }
  })

  it('have operators who stood for some role, whether the committee came about or not', () => {
    const standing = (options: Partial<NetworkOptions>) => {
      const ctx = testNetwork({ nodes: { ...six, 4: { proof: 'none' } }, ...options })
      return electCommittees(ctx, callElection(ctx.state, EPOCH), new Set()).size
    }
    assert.equal(standing({ runtimes: [testRuntime(1)] }), 5)
    assert.equal(standing({ runtimes: [testRuntime(1, { workers: 9 })] }), 5)
    assert.equal(standing({ runtimes: [testRuntime(1, { workers: 0 })] }), 0)
    assert.equal(standing({ runtimes: [testRuntime(1, { worker: { validatorSet: {} } })] }), 5)
    const onlyValidators = { workers: 1, backups: 0, worker: { validatorSet: {} } }
    assert.equal(standing({ runtimes: [testRuntime(1, onlyValidators)] }), 0)
    assert.equal(standing({ canElect: false, runtimes: [testRuntime(1)] }), 0)
  })
})

describe('lots in committees', () => {
  const nodes = nodesOf(...Array.from({ length: 12 }, (_, i) => i + 1))

  // The expected numbers are what the reference's published module elects in these networks.
  it('are drawn for each role by random bytes, without proofs', () => {
    const runtimes = [testRuntime(1, { workers: 5, backups: 5 })]
    assert.deepEqual(elected({ backend: 'insecure', nodes, runtimes }), [
      [6, 11, 7, 8, 10],
      [3, 2, 8, 4, 9],
    ])
  })

  it('are drawn for each role by what was proved', () => {
    const runtimes = [testRuntime(1, { workers: 5, backups: 5 })]
    assert.deepEqual(elected({ nodes, runtimes }), [
      [7, 12, 8, 10, 2],
      [10, 5, 11, 8, 6],
    ])
  })

  it('are drawn in other ways among the nodes of an entity', () => {
    const worker = { maxNodes: { limit: 1 } }
    const runtimes = [testRuntime(1, { workers: 3, backups: 0, worker })]
    const shared = Object.fromEntries(Object.keys(nodes).map((n) => [n, { entity: Number(n) % 4 }]))
    assert.deepEqual(elected({ nodes: shared, runtimes })?.[0], [8, 6, 11])
    assert.deepEqual(elected({ backend: 'insecure', nodes: shared, runtimes })?.[0], [4, 1, 2])
  })
})
