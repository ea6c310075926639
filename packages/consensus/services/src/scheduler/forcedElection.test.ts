import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { ForceElectCommitteeRole, type Parameters } from '@wadi/consensus/scheduler'
import { CommitteeKind, CommitteeRole } from '@wadi/consensus/scheduler/committee'
import { Namespace } from '@wadi/primitives/namespace'
import { PublicKey } from '@wadi/primitives/publicKey'
import {
  EPOCH,
  type NetworkOptions,
  type RuntimeOptions,
  testNetwork,
  testRuntime,
  testRuntimeId,
} from '../testing/testElection.ts'
import { testKey } from '../testing/testNodes.ts'
import { electCommittees } from './committees.ts'
import { callElection } from './election.ts'
import { committeeOf } from './queries.ts'

const EXECUTOR = CommitteeKind.names.executor
const { worker: WORKER, 'backup-worker': BACKUP } = CommitteeRole.names
type Forced = Readonly<Record<number, Partial<ForceElectCommitteeRole> | undefined>>

function forcing(forced: Forced, runtime = 1): Pick<Parameters, 'debugForceElect'> {
  const entries = Object.entries(forced).map(([n, place]) => {
    const fields = { kind: EXECUTOR, roles: [WORKER], ...place }
    return [testKey(Number(n)), place && make(ForceElectCommitteeRole, fields)] as const
  })
  const nodes = keyedMap<PublicKey, ForceElectCommitteeRole | undefined>(PublicKey, entries)
  return { debugForceElect: keyedMap(Namespace, [[testRuntimeId(runtime), nodes]]) }
}

/** Who is elected of eight nodes, of which the last two have proved nothing. */
function elect(
  forced: Forced,
  runtime: RuntimeOptions = {},
  options: Partial<NetworkOptions> = {},
) {
  const ctx = testNetwork({
    nodes: { 1: {}, 2: {}, 3: {}, 4: {}, 5: {}, 6: {}, 7: { proof: 'none' }, 8: { proof: 'none' } },
    runtimes: [testRuntime(1, runtime)],
    params: forcing(forced),
    context: { isDebug: true },
    ...options,
  })
  electCommittees(ctx, callElection(ctx.state, EPOCH), new Set())
  const committee = committeeOf(ctx.state, EXECUTOR, testRuntimeId(1))
  return committee?.members?.map((member) => {
    const { publicKey } = member!
    return new DataView(publicKey.buffer, publicKey.byteOffset).getUint32(0)
  })
}

describe('a forced election', () => {
  // All that is expected here is what the reference's published module elects in these networks.
  const lots = [2, 6, 4, 5, 6]

  it('is one by lot if nobody is forced', () => {
    assert.deepEqual(elect({}), lots)
  })

  it('puts a worker into its place, and the others around it in the order of their lots', () => {
    assert.deepEqual(elect({ 3: { index: 0n } }), [3, 2, 6, 5, 6])
    assert.deepEqual(elect({ 3: { index: 1n } }), [2, 3, 6, 5, 6])
    assert.deepEqual(elect({ 1: { index: 2n }, 3: { index: 0n } }), [3, 2, 1, 5, 6])
  })

  it('needs no proof of the forced, but else all that others need', () => {
    assert.deepEqual(elect({ 7: { index: 2n } }), [2, 6, 7, 5, 6])
    assert.equal(elect({ 9: { index: 2n } }), undefined)
  })

  it('lets somebody stand without a proof who is forced into no role, but elects others', () => {
    const sevenStand = { worker: { minPoolSize: { limit: 7 } } }
    assert.deepEqual(elect({ 7: { roles: [] } }, sevenStand), lots)
    assert.equal(elect({ 7: { roles: [], kind: 0 } }, sevenStand), undefined)
    assert.equal(elect({ 7: { roles: [] } }, { workers: 7, backups: 0 }), undefined)
  })

  it('puts backup workers first, by node', () => {
    const roles = [BACKUP]
    assert.deepEqual(elect({ 6: { roles }, 2: { roles } }), [2, 6, 4, 2, 6])
    assert.deepEqual(elect({ 6: { roles, index: 9n } })?.[3], 6)
  })

  it('may force a node into both roles', () => {
    const members = elect({ 6: { roles: [WORKER, BACKUP], index: 1n } })
    assert.deepEqual(members, [2, 6, 4, 6, 5])
  })

  it('elects nobody if a place does not exist, or is taken', () => {
    assert.equal(elect({ 6: { index: 3n } }), undefined)
    assert.equal(elect({ 6: { index: 2n ** 64n - 1n } }), undefined)
    assert.equal(elect({ 6: { index: 1n }, 5: { index: 1n } }), undefined)
  })

  it('elects nobody if there are more forced than places', () => {
    const places = (...indices: readonly bigint[]): Forced =>
      Object.fromEntries(indices.map((index, i) => [i + 1, { index }]))
    assert.deepEqual(elect(places(2n, 1n, 0n))?.slice(0, 3), [3, 2, 1])
    assert.equal(elect(places(2n, 1n, 0n, 0n)), undefined)
  })

  it('does not go with a limit on the nodes of an entity, unless it is zero', () => {
    const limited = (limit: number) => ({ workers: 1, backups: 0, worker: { maxNodes: { limit } } })
    const forced = { 6: { index: 0n } }
    assert.equal(elect(forced, limited(1)), undefined)
    assert.deepEqual(elect(forced, limited(0)), [6])
    const elsewhere = { params: forcing({ 6: {} }, 2) }
    assert.equal(elect({}, limited(1), elsewhere), undefined)
    const inProduction = { ...elsewhere, context: { isDebug: false } }
    assert.equal(elect({}, limited(1), inProduction)?.length, 1)
  })

  it('works without proofs too', () => {
    const members = elect({ 6: { index: 1n } }, {}, { backend: 'insecure' })
    assert.deepEqual(members, [1, 6, 7, 3, 2])
  })

  it('is not forced outside networks for tests', () => {
    assert.deepEqual(elect({ 6: { index: 0n } }, {}, { context: { isDebug: false } }), lots)
  })

  it('stops the node that has null for a place', () => {
    assert.throws(() => elect({ 6: undefined }), { name: 'BugError' })
  })
})
