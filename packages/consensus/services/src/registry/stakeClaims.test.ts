import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { BugError } from '@wadi/base/errors'
import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { RuntimeGovernanceModel, RuntimeStakingParameters } from '@wadi/consensus/registry/runtime'
import { ThresholdKind } from '@wadi/consensus/staking'
import { runtimeAddress, stakingAddress } from '@wadi/primitives/address'
import { testNamespace } from '@wadi/primitives/namespace'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { type Quantity, quantity, ZERO } from '@wadi/primitives/quantity'
import { computeRuntime, keyManagerRuntime, nodeOf, nodeSigners } from '../testing/testRegistry.ts'
import {
  claimOfNode,
  claimOfRuntime,
  runtimeOwnerAddress,
  thresholdsOfNode,
  thresholdsOfRuntime,
} from './stakeClaims.ts'

const KIND = ThresholdKind.names
const node = nodeOf(nodeSigners('one'))
const global = (kind: bigint) => ({ global: kind, const: undefined })

describe('stake claims of the registry', () => {
  it('are named for what is registered', () => {
    const id = testNamespace(toUtf8('runtime'))
    assert.match(claimOfNode(node.id), /^registry\.RegisterNode\.[A-Za-z0-9+/]{43}=$/)
    assert.match(claimOfRuntime(id), /^registry\.RegisterRuntime\.80{15}[0-9a-f]{48}$/)
  })

  it('of a node are to the thresholds of its roles, again for each runtime', () => {
    const roles = ROLES.validator | ROLES['key-manager'] | ROLES.compute | ROLES.observer
    const all = { ...node, roles }
    assert.deepEqual(thresholdsOfNode(all, []), [global(KIND['node-validator'])])
    const thresholds = keyedMap<bigint, Quantity>(ThresholdKind, [
      [KIND['node-compute'], quantity(5n)],
      [KIND['node-observer'], ZERO],
    ])
    const staking = make(RuntimeStakingParameters, { thresholds })
    assert.deepEqual(thresholdsOfNode(all, [computeRuntime({ staking }), keyManagerRuntime()]), [
      global(KIND['node-validator']),
      global(KIND['node-keymanager']),
      global(KIND['node-compute']),
      { global: undefined, const: 5n },
      global(KIND['node-observer']),
      global(KIND['node-keymanager']),
      global(KIND['node-compute']),
      global(KIND['node-observer']),
    ])
    assert.deepEqual(thresholdsOfNode({ ...node, roles: ROLES['storage-rpc'] }, []), [])
  })

  it('of a runtime are to the threshold of its kind', () => {
    assert.deepEqual(thresholdsOfRuntime(computeRuntime()), [global(KIND['runtime-compute'])])
    assert.deepEqual(thresholdsOfRuntime(keyManagerRuntime()), [global(KIND['runtime-keymanager'])])
    assert.throws(() => thresholdsOfRuntime(computeRuntime({ kind: 0 })), BugError)
  })

  it('are of whoever governs the runtime, and of nobody if consensus does', () => {
    const { entity, runtime, consensus } = RuntimeGovernanceModel.names
    const of = (governanceModel: number) => runtimeOwnerAddress(computeRuntime({ governanceModel }))
    assert.deepEqual(of(entity), stakingAddress(computeRuntime().entityId))
    assert.deepEqual(of(runtime), runtimeAddress(computeRuntime().id))
    assert.equal(of(consensus), undefined)
  })
})
