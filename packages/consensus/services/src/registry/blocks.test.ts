import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { NodeStatus } from '@wadi/consensus/registry'
import { stakingAddress } from '@wadi/primitives/address'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Context } from '../kernel/context.ts'
import { accountOf } from '../staking/queries.ts'
import {
  entitySigner,
  keyOf,
  nodeSigners,
  putEntity,
  type RegistryOptions,
  registryContext,
  setEpoch,
  signedNode,
  toldEvents,
} from '../testing/testRegistry.ts'
import { beginBlock } from './blocks.ts'
import { nodeOf, nodeStatusOf } from './queries.ts'
import { writeNodeStatus } from './state.ts'
import { registerNode } from './transactions/registerNode.ts'

const alice = entitySigner('alice')
const names = ['one', 'two']
const ids = names.map((name) => keyOf(nodeSigners(name).id))

/** Two nodes that expire after epochs 12 and 15, in epoch 10; debonding takes two epochs. */
function context(options: RegistryOptions = {}): Context {
  const ctx = registryContext(options)
  putEntity(
    ctx.state,
    alice,
    names.map((name) => nodeSigners(name).id),
  )
  for (const [i, name] of names.entries()) {
    const signers = nodeSigners(name)
    const sender = { ...ctx, signer: keyOf(signers.id), events: [] }
    registerNode(sender, signedNode(signers, { expiration: 12n + 3n * BigInt(i) }))
  }
  return ctx
}

/** Goes over to an epoch, and says what was told. */
function enter(ctx: Context, epoch: Epoch): readonly string[] {
  setEpoch(ctx.state, epoch)
  const block = { ...ctx, events: [] }
  beginBlock(block)
  return toldEvents(block)
}

function claimCount(ctx: Context): number {
  return accountOf(ctx.state, stakingAddress(keyOf(alice))).escrow.stakeAccumulator.claims.size
}

describe('the registry at the beginning of a block', () => {
  it('tells the list of nodes at the beginning of an epoch, and else nothing', () => {
    assert.deepEqual(enter(context(), 12n), ['node_list_epoch'])
    assert.deepEqual(enter(context(), 0n), [])
    assert.deepEqual(enter(context({ lastHeight: 1n }), 12n), [])
  })

  it('tells once that a node has expired, before the list', () => {
    const ctx = context()
    assert.deepEqual(enter(ctx, 13n), ['node', 'node_list_epoch'])
    assert.equal(nodeStatusOf(ctx.state, ids[0]!)?.expirationProcessed, true)
    assert.deepEqual(enter(ctx, 14n), ['node_list_epoch'])
  })

  it('removes a node, and its claim, when it cannot be slashed any more', () => {
    const ctx = context()
    enter(ctx, 14n)
    assert.notEqual(nodeOf(ctx.state, ids[0]!), undefined)
    assert.equal(claimCount(ctx), 2)
    enter(ctx, 15n)
    assert.equal(nodeOf(ctx.state, ids[0]!), undefined)
    assert.equal(nodeStatusOf(ctx.state, ids[0]!), undefined)
    assert.equal(claimCount(ctx), 1)
    assert.deepEqual(enter(ctx, 100n), ['node', 'node_list_epoch'])
    assert.equal(claimCount(ctx), 0)
  })

  it('never removes a node if debonding ends after all epochs', () => {
    const debondingInterval = 2n ** 64n - 13n
    const ctx = context({ stakingParams: { debondingInterval } })
    enter(ctx, 2n ** 64n - 1n)
    assert.deepEqual(
      ids.map((id) => nodeOf(ctx.state, id)?.expiration),
      [12n, 15n],
    )
  })

  it('looks for no claim where stake is bypassed', () => {
    const ctx = context({ stakingParams: { debugBypassStake: true, debondingInterval: 0n } })
    enter(ctx, 13n)
    assert.equal(nodeOf(ctx.state, ids[0]!), undefined)
  })

  it('keeps the rest of the status of an expired node', () => {
    const ctx = context()
    const status = make(NodeStatus, { freezeEndTime: 50n, electionEligibleAfter: 3n })
    writeNodeStatus(ctx.state, ids[0]!, status)
    enter(ctx, 13n)
    assert.deepEqual(nodeStatusOf(ctx.state, ids[0]!), { ...status, expirationProcessed: true })
  })
})
