import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { definePlainErrors } from '@wadi/base/errors'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import * as keys from '@wadi/consensus/registry/keys'
import { type Runtime, RuntimeGovernanceModel } from '@wadi/consensus/registry/runtime'
import { type Address, runtimeAddress, stakingAddress } from '@wadi/primitives/address'
import { namespace } from '@wadi/primitives/namespace'
import type { Subscriptions } from '../../kernel/bus.ts'
import type { Context } from '../../kernel/context.ts'
import { has } from '../../kernel/state.ts'
import { accountOf } from '../../staking/queries.ts'
import {
  computeRuntime,
  deployment,
  entitySigner,
  keyManagerRuntime,
  keyOf,
  type RegistryOptions,
  registryContext,
  setEscrow,
  toldEvents,
} from '../../testing/testRegistry.ts'
import { suspendRuntime } from '../actions.ts'
import { runtimeOf, suspendedRuntimeOf } from '../queries.ts'
import { claimOfRuntime } from '../stakeClaims.ts'
import { registerRuntime } from './registerRuntime.ts'

const alice = keyOf(entitySigner('alice'))
const bob = keyOf(entitySigner('bob'))
const forbidden = { module: 'registry', code: 16 }
const MODEL = RuntimeGovernanceModel.names
const runtime = computeRuntime()
const errors = definePlainErrors('registerRuntimeTest', { refused: 'refused' })

function context(options: RegistryOptions = {}): Context {
  const ctx = registryContext({ signer: entitySigner('alice'), ...options })
  for (const address of [stakingAddress(bob), runtimeAddress(runtime.id)])
    setEscrow(ctx.state, address, 1_000_000n)
  return ctx
}

/** A chain in which the runtime is registered. */
function registered(fields: Partial<Runtime> = {}, options: RegistryOptions = {}): Context {
  const ctx = context(options)
  registerRuntime({ ...ctx, mode: 'deliverTx', events: [] }, { ...runtime, ...fields })
  return ctx
}

function hasClaim({ state }: Context, address: Address): boolean {
  return accountOf(state, address).escrow.stakeAccumulator.claims.has(claimOfRuntime(runtime.id))
}

describe('registry.RegisterRuntime', () => {
  it('writes the descriptor and who owns it, claims stake and tells it', () => {
    const ctx = context()
    assert.equal(registerRuntime(ctx, runtime), runtime)
    assert.deepEqual(runtimeOf(ctx.state, runtime.id), runtime)
    assert.equal(has(ctx.state, keys.runtimesByEntity, alice, runtime.id), true)
    assert.equal(hasClaim(ctx, stakingAddress(alice)), true)
    assert.deepEqual(toldEvents(ctx), ['runtime_started'])
  })

  it('asks others about it before it writes, and undoes the claim if they refuse', () => {
    const asked: string[] = []
    const subscriptions: Subscriptions = {
      runtimeRegistered: ({ state }) => {
        asked.push(`registered ${runtimeOf(state, runtime.id) === undefined}`)
        return undefined
      },
      runtimeUpdated: () => {
        asked.push('updated')
        throw errors.refused()
      },
    }
    const ctx = context({ subscribers: [{ subscriptions }] })
    assert.throws(() => registerRuntime(ctx, runtime), { module: 'unknown', code: 1 })
    assert.deepEqual(asked, ['registered true', 'updated'])
    assert.equal(hasClaim(ctx, stakingAddress(alice)), false)
    assert.equal(runtimeOf(ctx.state, runtime.id), undefined)
  })

  it('is off where the network disables it, for all or for key managers', () => {
    const all = context({ params: { disableRuntimeRegistration: true } })
    assert.throws(() => registerRuntime(all, runtime), forbidden)
    const managers = context({ params: { disableKmRuntimeRegistration: true } })
    assert.throws(() => registerRuntime(managers, keyManagerRuntime()), forbidden)
    registerRuntime(managers, runtime)
  })

  it('refuses a malformed descriptor before it looks for its key manager', () => {
    const keyManager = namespace(new Uint8Array(24), { isKeyManager: true })
    const noSuchRuntime = { module: 'registry', code: 11 }
    const invalid = { module: 'registry', code: 1 }
    assert.throws(() => registerRuntime(context(), { ...runtime, keyManager }), noSuchRuntime)
    const worse = { ...runtime, keyManager, v: 2 }
    assert.throws(() => registerRuntime(context(), worse), invalid)
  })

  it('deploys a new runtime at once only in the first state, or for tests', () => {
    const deployed = { ...runtime, deployments: [deployment({ validFrom: 10n })] }
    assert.throws(() => registerRuntime(context(), deployed), { module: 'registry', code: 18 })
    registerRuntime(context({ params: { debugDeployImmediately: true } }), deployed)
    registerRuntime(context({ mode: 'initChain' }), deployed)
  })

  it('is for whoever governs the runtime: an entity with registry/12, a runtime with 16', () => {
    const bobs = () => registerRuntime(context({ signer: entitySigner('bob') }), runtime)
    assert.throws(bobs, { module: 'registry', code: 12 })
    const own = { ...runtime, governanceModel: MODEL.runtime }
    assert.throws(() => registerRuntime(context(), own), forbidden)
    registerRuntime({ ...context(), caller: runtimeAddress(runtime.id) }, own)
    const consensus = { ...runtime, governanceModel: MODEL.consensus }
    assert.throws(() => registerRuntime(context(), consensus), forbidden)
    registerRuntime(context({ mode: 'initChain' }), consensus)
  })

  it('asks whoever governed so far, and moves the claim to whoever governs now', () => {
    const ctx = registered()
    const own = { ...runtime, governanceModel: MODEL.runtime }
    registerRuntime(ctx, own)
    assert.equal(hasClaim(ctx, stakingAddress(alice)), false)
    assert.equal(hasClaim(ctx, runtimeAddress(runtime.id)), true)
    assert.throws(() => registerRuntime(ctx, own), forbidden)
  })

  it('passes to another entity, whose it is from 26.1 on alone', () => {
    const index = ({ state }: Context) =>
      [alice, bob].map((entity) => has(state, keys.runtimesByEntity, entity, runtime.id))
    const bobs = { ...runtime, entityId: bob }
    const latest = registered()
    registerRuntime(latest, bobs)
    assert.deepEqual(index(latest), [false, true])
    assert.equal(hasClaim(latest, stakingAddress(bob)), true)
    assert.throws(() => registerRuntime(latest, bobs), { module: 'registry', code: 12 })
    const before = registered({}, { features: 'before-26.1' })
    registerRuntime(before, bobs)
    assert.deepEqual(index(before), [true, true])
  })

  it('needs stake, unless the network bypasses it', () => {
    for (const debugBypassStake of [false, true]) {
      const ctx = context({ stakingParams: { debugBypassStake } })
      setEscrow(ctx.state, stakingAddress(alice), 0n)
      const register = () => registerRuntime(ctx, runtime)
      if (debugBypassStake) register()
      else assert.throws(register, { module: 'staking', code: 4 })
    }
  })

  it('updates a suspended runtime without starting it', () => {
    const ctx = registered()
    suspendRuntime({ ...ctx, events: [] }, runtime.id)
    registerRuntime(ctx, runtime)
    assert.equal(runtimeOf(ctx.state, runtime.id), undefined)
    assert.deepEqual(suspendedRuntimeOf(ctx.state, runtime.id), runtime)
    assert.deepEqual(toldEvents(ctx), [])
  })

  it('refuses an update of what is fixed', () => {
    const genesis = { ...runtime.genesis, round: 1n }
    const refused = { module: 'registry', code: 18 }
    assert.throws(() => registerRuntime(registered(), { ...runtime, genesis }), refused)
  })

  it('when only checked looks at the descriptor, and when simulated also uses gas', () => {
    const params = { gasCosts: keyedMap<string, bigint>(text, [['register_runtime', 7n]]) }
    const checked = context({ params, mode: 'checkTx' })
    assert.equal(registerRuntime(checked, runtime), undefined)
    assert.equal(checked.gas.used, 0n)
    const invalid = { module: 'registry', code: 1 }
    assert.throws(() => registerRuntime(checked, { ...runtime, v: 2 }), invalid)
    const simulated = context({ params, mode: 'simulate' })
    assert.equal(registerRuntime(simulated, runtime), undefined)
    assert.equal(simulated.gas.used, 7n)
    assert.equal(runtimeOf(simulated.state, runtime.id), undefined)
  })
})
