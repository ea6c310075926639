import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import { NodeStatus } from '@wadi/consensus/registry'
import type { Context } from '../../kernel/context.ts'
import {
  entitySigner,
  keyOf,
  nodeOf,
  nodeSigners,
  type RegistryOptions,
  registryContext,
  signNode,
  toldEvents,
} from '../../testing/testRegistry.ts'
import { nodeStatusOf } from '../queries.ts'
import { setNode, writeNodeStatus } from '../state.ts'
import { unfreezeNode } from './unfreezeNode.ts'

const signers = nodeSigners('one')
const nodeId = keyOf(signers.id)

/** A chain in epoch 10 in which alice's node is frozen until an epoch. */
function frozen(freezeEndTime: bigint, options: RegistryOptions = {}): Context {
  const ctx = registryContext({ signer: entitySigner('alice'), ...options })
  const node = nodeOf(signers)
  setNode(ctx.state, { node, signed: signNode(signers, node) })
  writeNodeStatus(ctx.state, nodeId, make(NodeStatus, { freezeEndTime }))
  return ctx
}

describe('registry.UnfreezeNode', () => {
  it('lets the owner unfreeze from the epoch on in which the time is over', () => {
    const ctx = frozen(10n)
    unfreezeNode(ctx, { nodeId })
    assert.equal(nodeStatusOf(ctx.state, nodeId)?.freezeEndTime, 0n)
    assert.deepEqual(toldEvents(ctx), ['node_unfrozen'])
    assert.throws(() => unfreezeNode(frozen(11n), { nodeId }), { module: 'registry', code: 14 })
  })

  it('unfreezes, and tells it, even if the node is not frozen', () => {
    const ctx = frozen(0n)
    unfreezeNode(ctx, { nodeId })
    assert.deepEqual(toldEvents(ctx), ['node_unfrozen'])
  })

  it('refuses a node that is not there, and one of somebody else', () => {
    const unknown = keyOf(signers.p2p)
    const noSuchNode = { module: 'registry', code: 10 }
    assert.throws(() => unfreezeNode(frozen(0n), { nodeId: unknown }), noSuchNode)
    const bobs = frozen(0n, { signer: entitySigner('bob') })
    assert.throws(() => unfreezeNode(bobs, { nodeId }), { module: 'registry', code: 3 })
  })

  it('refuses a node without a status', () => {
    const ctx = registryContext({ signer: entitySigner('alice') })
    const node = nodeOf(signers)
    setNode(ctx.state, { node, signed: signNode(signers, node) })
    assert.throws(() => unfreezeNode(ctx, { nodeId }), { module: 'registry', code: 10 })
  })

  it('when only checked does nothing, and when simulated only uses gas', () => {
    const params = { gasCosts: keyedMap<string, bigint>(text, [['unfreeze_node', 7n]]) }
    const checked = frozen(11n, { params, mode: 'checkTx' })
    unfreezeNode(checked, { nodeId })
    assert.equal(checked.gas.used, 0n)
    const simulated = frozen(11n, { params, mode: 'simulate' })
    unfreezeNode(simulated, { nodeId })
    assert.equal(simulated.gas.used, 7n)
  })
})
