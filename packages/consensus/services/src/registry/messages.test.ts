import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex } from '@wadi/base/bytes'
import { encode, make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import { GasCosts } from '@wadi/consensus/gas'
import { TeeFeatures, TeeFeaturesSgx } from '@wadi/consensus/registry'
import { ParameterChanges } from '@wadi/consensus/registry/parameterChanges'
import { PcsQuotePolicy } from '@wadi/consensus/registry/quotePolicy'
import { Runtime, RuntimeGovernanceModel } from '@wadi/consensus/registry/runtime'
import { runtimeAddress } from '@wadi/primitives/address'
import type { Context } from '../kernel/context.ts'
import {
  computeRuntime,
  type RegistryOptions,
  registryContext,
  setEscrow,
} from '../testing/testRegistry.ts'
import { subscriptions } from './messages.ts'
import { parametersOf, runtimeOf } from './queries.ts'

const plain = { module: 'unknown', code: 1 }
const invalid = { module: 'registry', code: 1 }

describe("a runtime's message to the registry", () => {
  const governanceModel = RuntimeGovernanceModel.names.runtime
  const runtime = computeRuntime({ governanceModel })
  const answer = subscriptions.runtimeRegistryMessage!

  function context(options: RegistryOptions = {}): Context {
    const address = runtimeAddress(runtime.id)
    const ctx = registryContext({ caller: address, ...options })
    setEscrow(ctx.state, address, 1_000_000n)
    return ctx
  }

  it('writes the descriptor and is answered with it', () => {
    const ctx = context()
    const answered = answer(ctx, { v: 0, updateRuntime: runtime })
    assert.deepEqual(answered, encode(Runtime, runtime))
    assert.deepEqual(runtimeOf(ctx.state, runtime.id), runtime)
  })

  it('has no answer when gas is only estimated', () => {
    const ctx = context({ mode: 'simulate' })
    assert.equal(answer(ctx, { v: 0, updateRuntime: runtime }), undefined)
  })

  it('is refused if it asks nothing, or comes from elsewhere', () => {
    assert.throws(() => answer(context(), { v: 0, updateRuntime: undefined }), invalid)
    const other = runtimeAddress(computeRuntime({}).id.map(() => 0) as Runtime['id'])
    const stranger = { ...context(), caller: other }
    const forbidden = { module: 'registry', code: 16 }
    assert.throws(() => answer(stranger, { v: 0, updateRuntime: runtime }), forbidden)
  })
})

describe("a change of the registry's parameters", () => {
  const { validateParameterChanges, changeParameters } = subscriptions

  function proposal(changes: Partial<ParameterChanges>, module = 'registry') {
    return { module, changes: encode(ParameterChanges, make(ParameterChanges, changes)) }
  }
  const validate = (ctx: Context, changes: Partial<ParameterChanges>) =>
    validateParameterChanges!(ctx, proposal(changes))
  const refuses = (changes: Partial<ParameterChanges>, options: RegistryOptions = {}) =>
    assert.throws(() => validate(registryContext(options), changes), plain)

  /** Features with a default policy that lists a platform. */
  const listing = make(TeeFeatures, {
    sgx: make(TeeFeaturesSgx, {
      defaultPolicy: { ias: undefined, pcs: make(PcsQuotePolicy, { fmspcWhitelist: ['00'] }) },
    }),
  })

  it('is checked without effect, and then written', () => {
    const ctx = registryContext()
    const before = parametersOf(ctx.state)
    assert.equal(validate(ctx, { maxNodeExpiration: 9n }), 'understood')
    assert.deepEqual(parametersOf(ctx.state), before)
    assert.equal(changeParameters!(ctx, proposal({ maxNodeExpiration: 9n })), 'understood')
    assert.deepEqual(parametersOf(ctx.state), { ...before, maxNodeExpiration: 9n })
  })

  it('changes whatever it names', () => {
    const gasCosts = keyedMap<string, bigint>(text, [['register_node', 5n]])
    const changes = {
      disableRuntimeRegistration: true,
      disableKmRuntimeRegistration: true,
      gasCosts,
      teeFeatures: listing,
      maxRuntimeDeployments: 5,
    }
    const ctx = registryContext()
    changeParameters!(ctx, proposal(changes))
    const after = parametersOf(ctx.state)
    assert.deepEqual([...after.gasCosts], [...gasCosts])
    assert.equal(after.disableRuntimeRegistration && after.disableKmRuntimeRegistration, true)
    assert.deepEqual(after.teeFeatures, listing)
    assert.equal(after.maxRuntimeDeployments, 5)
  })

  it('may not be empty; one of the number of deployments alone counts as empty', () => {
    refuses({})
    refuses({ maxRuntimeDeployments: 5 })
    const ctx = registryContext()
    assert.equal(validate(ctx, { maxRuntimeDeployments: 5, maxNodeExpiration: 5n }), 'understood')
  })

  it('is none where it means another service, and refused where it cannot be read', () => {
    const ctx = registryContext()
    assert.equal(validateParameterChanges!(ctx, proposal({}, 'staking')), undefined)
    const odd = { module: 'registry', changes: parseHex('a1617801') }
    assert.throws(() => validateParameterChanges!(ctx, odd), plain)
  })

  it('keeps a limit of expirations and no flags for tests, but in debug mode', () => {
    refuses({ maxNodeExpiration: 0n })
    const debug = registryContext({ isDebug: true })
    assert.equal(validate(debug, { maxNodeExpiration: 0n }), 'understood')
    for (const params of [
      { debugAllowUnroutableAddresses: true },
      { debugDeployImmediately: true },
    ])
      refuses({ maxNodeExpiration: 9n }, { params })
  })

  it('lists allowed platforms only from 26.1 on', () => {
    assert.equal(validate(registryContext(), { teeFeatures: listing }), 'understood')
    refuses({ teeFeatures: listing }, { features: 'before-26.1' })
  })

  it('empties a map that it gives as an empty one', () => {
    const gasCosts = keyedMap<string, bigint>(text, [['register_node', 5n]])
    const ctx = registryContext({ params: { gasCosts } })
    // COMPAT(oasis-core): the empty map is read although it would never be written.
    const changes = parseHex(`a1${'696761735f636f737473'}a0`)
    changeParameters!(ctx, { module: 'registry', changes })
    assert.deepEqual(encode(GasCosts, parametersOf(ctx.state).gasCosts), Uint8Array.of(0xa0))
  })
})
