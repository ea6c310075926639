import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BugError } from '@wadi/base/errors'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import { stakingAddress } from '@wadi/primitives/address'
import type { Context } from '../../kernel/context.ts'
import { accountOf } from '../../staking/queries.ts'
import {
  computeRuntime,
  entitySigner,
  keyOf,
  nodeOf,
  nodeSigners,
  putEntity,
  type RegistryOptions,
  registryContext,
  signedEntity,
  signNode,
  toldEvents,
} from '../../testing/testRegistry.ts'
import { methods } from '../methods.ts'
import { entityOf } from '../queries.ts'
import { setNode, setRuntimeOwner } from '../state.ts'
import { deregisterEntity } from './deregisterEntity.ts'
import { registerEntity } from './registerEntity.ts'

const alice = entitySigner('alice')

/** A chain in which alice is registered, and wants to be no more. */
function registered(options: RegistryOptions = {}): Context {
  const ctx = registryContext({ signer: alice, ...options })
  registerEntity({ ...ctx, mode: 'deliverTx', events: [] }, signedEntity(alice))
  return ctx
}

describe('registry.DeregisterEntity', () => {
  it('takes the signer out, gives the claim up and tells it', () => {
    const ctx = registered()
    deregisterEntity(ctx)
    assert.equal(entityOf(ctx.state, keyOf(alice)), undefined)
    const { claims } = accountOf(ctx.state, stakingAddress(keyOf(alice))).escrow.stakeAccumulator
    assert.equal(claims.size, 0)
    assert.deepEqual(toldEvents(ctx), ['entity'])
  })

  it('waits until no node is left, and then no runtime', () => {
    const ctx = registered()
    setRuntimeOwner(ctx.state, computeRuntime().id, keyOf(alice))
    assert.throws(() => deregisterEntity(ctx), { module: 'registry', code: 19 })
    const signers = nodeSigners('one')
    const node = nodeOf(signers)
    setNode(ctx.state, { node, signed: signNode(signers, node) })
    assert.throws(() => deregisterEntity(ctx), { module: 'registry', code: 15 })
  })

  it('refuses somebody who is no entity', () => {
    const ctx = registryContext({ signer: alice })
    assert.throws(() => deregisterEntity(ctx), { module: 'registry', code: 9 })
  })

  it('stops the node if the stake was not claimed, unless stake is bypassed', () => {
    const ctx = registryContext({ signer: alice })
    putEntity(ctx.state, alice, [])
    assert.throws(() => deregisterEntity(ctx), BugError)
    const free = registryContext({ signer: alice, stakingParams: { debugBypassStake: true } })
    putEntity(free.state, alice, [])
    deregisterEntity(free)
  })

  it('does not look at its body', () => {
    for (const body of [undefined, Uint8Array.of(0xff)])
      methods['registry.DeregisterEntity']!.run(registered(), body)
  })

  it('when only checked does nothing, and when simulated only uses gas', () => {
    const gasCosts = keyedMap<string, bigint>(text, [['deregister_entity', 7n]])
    const checked = { ...registered({ params: { gasCosts } }), mode: 'checkTx' } as const
    const used = checked.gas.used
    deregisterEntity(checked)
    assert.equal(checked.gas.used, used)
    const simulated = { ...checked, mode: 'simulate' } as const
    deregisterEntity(simulated)
    assert.equal(simulated.gas.used, used + 7n)
    assert.notEqual(entityOf(simulated.state, keyOf(alice)), undefined)
  })
})
