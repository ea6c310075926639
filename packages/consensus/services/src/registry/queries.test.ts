import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compareBytes } from '@wadi/base/bytes'
import * as keys from '@wadi/consensus/registry/keys'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'
import {
  computeRuntime,
  deployment,
  entitySigner,
  keyOf,
  nodeOf as nodeDescriptor,
  nodeSigners,
  registryContext,
  signNode,
} from '../testing/testRegistry.ts'
import {
  activeDeploymentOf,
  anyRuntimeOf,
  deploymentOf,
  entityNodesOf,
  hasEntityNodes,
  hasEntityRuntimes,
  isExpired,
  nextDeploymentOf,
  nodeByCometAddress,
  nodeBySubKey,
  nodeOf,
  nodesOf,
  runtimeOf,
  suspendedRuntimeOf,
} from './queries.ts'
import { removeNode, setNode, setRuntime, setRuntimeOwner } from './state.ts'

const alice = keyOf(entitySigner('alice'))
const bob = keyOf(entitySigner('bob'))
const version = (major: number) => ({ major, minor: 0, patch: 0 })

/** A state with three nodes of alice and one of bob. */
function populated() {
  const { state } = registryContext()
  for (const name of ['one', 'two', 'three', 'four']) {
    const signers = nodeSigners(name)
    const node = nodeDescriptor(signers, { entityId: name === 'four' ? bob : alice })
    setNode(state, { node, signed: signNode(signers, node) })
  }
  return state
}

describe('the registry, read', () => {
  it('lists nodes by their identifiers, of all entities or of one', () => {
    const state = populated()
    const ids = nodesOf(state).map(({ id }) => id)
    assert.equal(ids.length, 4)
    assert.ok(ids.every((id, i) => i === 0 || compareBytes(ids[i - 1]!, id) < 0))
    assert.equal(entityNodesOf(state, alice).length, 3)
    assert.equal(hasEntityNodes(state, bob), true)
    assert.equal(hasEntityNodes(state, keyOf(entitySigner('carol'))), false)
  })

  it('finds a node by each of its keys, until it is removed', () => {
    const state = populated()
    const signers = nodeSigners('one')
    const node = nodeOf(state, keyOf(signers.id))!
    const subKeys = [signers.consensus, signers.p2p, signers.tls, signers.vrf].map(keyOf)
    const address = validatorAddress(keyOf(signers.consensus))
    for (const key of subKeys) assert.deepEqual(nodeBySubKey(state, key), node)
    assert.deepEqual(nodeByCometAddress(state, address), node)
    removeNode(state, node)
    for (const key of subKeys) assert.equal(nodeBySubKey(state, key), undefined)
    assert.equal(nodeByCometAddress(state, address), undefined)
    assert.equal(entityNodesOf(state, alice).length, 2)
    assert.equal(state.get(keys.nodeStatuses.keys.encode(node.id)), undefined)
  })

  it('finds a node by its new keys only, and loses one that changed its role', () => {
    const state = populated()
    const signers = nodeSigners('one')
    const before = nodeOf(state, keyOf(signers.id))!
    const swapped = { ...signers, p2p: signers.vrf, vrf: signers.p2p }
    const node = nodeDescriptor(swapped)
    setNode(state, { node, signed: signNode(swapped, node) }, before)
    assert.deepEqual(nodeBySubKey(state, keyOf(signers.p2p)), node)
    // COMPAT(oasis-core): it was written as the P2P key, and then removed as the old VRF key.
    assert.equal(nodeBySubKey(state, keyOf(signers.vrf)), undefined)
  })

  it('finds runtimes that run, that are suspended, or both kinds', () => {
    const { state } = registryContext()
    const runtime = computeRuntime()
    setRuntime(state, runtime, 'suspended')
    assert.equal(runtimeOf(state, runtime.id), undefined)
    assert.deepEqual(suspendedRuntimeOf(state, runtime.id), runtime)
    assert.deepEqual(anyRuntimeOf(state, runtime.id), runtime)
    assert.equal(hasEntityRuntimes(state, alice), false)
    setRuntimeOwner(state, runtime.id, alice)
    assert.equal(hasEntityRuntimes(state, alice), true)
  })

  it('says that a node expires after its last epoch', () => {
    const node = nodeDescriptor(nodeSigners('one'), { expiration: 5n })
    assert.equal(isExpired(node, 5n), false)
    assert.equal(isExpired(node, 6n), true)
  })

  it('knows which deployment runs and which is next', () => {
    const deployments = [5n, 3n, 9n, 7n].map((validFrom, i) =>
      deployment({ version: version(i), validFrom }),
    )
    const runtime = computeRuntime({ deployments })
    const active = (epoch: bigint) => activeDeploymentOf(runtime, epoch)?.validFrom
    const next = (epoch: bigint) => nextDeploymentOf(runtime, epoch)?.validFrom
    assert.deepEqual([2n, 3n, 4n, 5n, 8n, 9n].map(active), [undefined, 3n, 3n, 5n, 7n, 9n])
    assert.deepEqual([2n, 3n, 6n, 7n, 9n].map(next), [3n, 5n, 7n, 9n, undefined])
    assert.equal(deploymentOf(runtime, version(2))?.validFrom, 9n)
    assert.equal(deploymentOf(runtime, version(4)), undefined)
  })
})
