import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { stakingAddress } from '@wadi/primitives/address'
import { Entity, SignedEntity } from '@wadi/primitives/entity'
import { signValue } from '@wadi/primitives/envelope'
import { PublicKey } from '@wadi/primitives/publicKey'
import { RESERVED_PUBLIC_KEYS } from '@wadi/primitives/reservedAddresses'
import { accountOf } from '../../staking/queries.ts'
import {
  entitySigner,
  keyOf,
  nodeSigners,
  type RegistryOptions,
  registryContext,
  setEscrow,
  signedEntity,
  toldEvents,
} from '../../testing/testRegistry.ts'
import { methods } from '../methods.ts'
import { entityOf } from '../queries.ts'
import { registerEntity } from './registerEntity.ts'

const alice = entitySigner('alice')
const node = keyOf(nodeSigners('one').id)
const invalid = { module: 'registry', code: 1 }
const badSignature = { module: 'registry', code: 2 }
const CONTEXT = contextOf(contexts.registerEntity)
const gasCosts = keyedMap<string, bigint>(text, [
  ['register_entity', 10n],
  ['register_node', 3n],
])

function contextOfAlice(options: RegistryOptions = {}) {
  return registryContext({ signer: alice, ...options })
}
function refuses(signed: SignedEntity, error: object, options: RegistryOptions = {}): void {
  assert.throws(() => registerEntity(contextOfAlice(options), signed), error)
}

describe('registry.RegisterEntity', () => {
  it('writes the descriptor as it was signed, claims stake and tells it', () => {
    const ctx = contextOfAlice()
    const signed = signedEntity(alice, [node])
    registerEntity(ctx, signed)
    assert.deepEqual(entityOf(ctx.state, keyOf(alice)), { v: 2, id: keyOf(alice), nodes: [node] })
    const { claims } = accountOf(ctx.state, stakingAddress(keyOf(alice))).escrow.stakeAccumulator
    assert.deepEqual([...claims.keys()], ['registry.RegisterEntity'])
    assert.deepEqual(toldEvents(ctx), ['entity'])
  })

  it('replaces the descriptor, with the same claim', () => {
    const ctx = contextOfAlice()
    registerEntity(ctx, signedEntity(alice, [node]))
    registerEntity(ctx, signedEntity(alice))
    assert.deepEqual(entityOf(ctx.state, keyOf(alice))?.nodes, [])
  })

  it('refuses a bad signature, and what cannot be decoded, with registry/2', () => {
    const signed = signedEntity(alice)
    const [good, other] = [signed.signature, signedEntity(alice, [node]).signature]
    refuses({ ...signed, signature: other }, badSignature)
    const elsewhere = signValue(alice, contextOf(contexts.registerNode), Entity, {
      v: 2,
      id: keyOf(alice),
      nodes: [],
    })
    refuses(elsewhere, badSignature)
    refuses({ untrustedRawValue: undefined, signature: good }, badSignature)
    const odd = signValue(alice, CONTEXT, PublicKey, keyOf(alice))
    refuses(odd, badSignature)
  })

  it('refuses a descriptor that another key signed, with registry/1', () => {
    const bob = entitySigner('bob')
    const signed = signValue(bob, CONTEXT, Entity, { v: 2, id: keyOf(alice), nodes: [] })
    refuses(signed, invalid)
  })

  it('refuses a node that is named twice, or that may not sign', () => {
    refuses(signedEntity(alice, [node, node]), invalid)
    refuses(signedEntity(alice, [RESERVED_PUBLIC_KEYS[0]!]), invalid)
  })

  it('refuses to be sent by somebody else, with registry/12, but not in the first state', () => {
    const wrongSigner = { module: 'registry', code: 12 }
    refuses(signedEntity(alice), wrongSigner, { signer: entitySigner('bob') })
    const ctx = registryContext({ mode: 'initChain' })
    registerEntity(ctx, signedEntity(alice))
    assert.notEqual(entityOf(ctx.state, keyOf(alice)), undefined)
  })

  it('needs stake, unless the network bypasses it', () => {
    const poor = contextOfAlice()
    setEscrow(poor.state, stakingAddress(keyOf(alice)), 0n)
    assert.throws(() => registerEntity(poor, signedEntity(alice)), { module: 'staking', code: 4 })
    const free = contextOfAlice({ stakingParams: { debugBypassStake: true } })
    setEscrow(free.state, stakingAddress(keyOf(alice)), 0n)
    registerEntity(free, signedEntity(alice))
  })

  it('uses gas for itself and for every node', () => {
    const ctx = contextOfAlice({ mode: 'simulate', params: { gasCosts } })
    registerEntity(ctx, signedEntity(alice, [node, keyOf(alice)]))
    assert.equal(ctx.gas.used, 16n)
    assert.equal(entityOf(ctx.state, keyOf(alice)), undefined)
  })

  it('when only checked looks at the descriptor, and uses no gas', () => {
    const ctx = contextOfAlice({ mode: 'checkTx', params: { gasCosts } })
    registerEntity(ctx, signedEntity(alice))
    assert.equal(ctx.gas.used, 0n)
    refuses(signedEntity(alice, [node, node]), invalid, { mode: 'checkTx' })
  })

  it('takes a malformed body for registry/1', () => {
    const { run } = methods['registry.RegisterEntity']!
    assert.throws(() => run(contextOfAlice(), Uint8Array.of(1)), invalid)
    run(contextOfAlice(), encode(SignedEntity, signedEntity(alice)))
  })
})
