import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decode, make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { Status } from '@wadi/consensus/churp'
import { StatusEvent } from '@wadi/consensus/churp/events'
import * as keys from '@wadi/consensus/churp/keys'
import { Create } from '@wadi/consensus/churp/methods'
import { stakingAddress } from '@wadi/primitives/address'
import { EPOCH_INVALID } from '@wadi/primitives/epoch'
import { Namespace, testNamespace } from '@wadi/primitives/namespace'
import type { Context } from '../../kernel/context.ts'
import { gasAccountant } from '../../kernel/gas.ts'
import { has } from '../../kernel/state.ts'
import { RUNTIME, refused as refusedByKeyManager } from '../../keymanager/testing/testEnclaves.ts'
import { suspendRuntime } from '../../registry/actions.ts'
import { accountOf } from '../../staking/queries.ts'
import {
  computeRuntime,
  entitySigner,
  keyOf,
  putRuntime,
  setEscrow,
  toldEvents,
} from '../../testing/testRegistry.ts'
import { methods } from '../methods.ts'
import { statusOf } from '../queries.ts'
import { claimOfScheme } from '../stakeClaims.ts'
import {
  type ChurpOptions,
  churpContext,
  refused,
  SCHEME,
  schemeStatus,
  signedPolicy,
} from '../testing/testSchemes.ts'
import { create } from './create.ts'

const alice = stakingAddress(keyOf(entitySigner('alice')))
const THRESHOLD = 10n ** 7n

function requested(fields: Partial<Create> = {}): Create {
  return make(Create, { ...SCHEME, policy: signedPolicy(), ...fields })
}

/** A chain on which alice has stake for a scheme. */
function context(options: ChurpOptions = {}): Context {
  const ctx = churpContext(options)
  setEscrow(ctx.state, alice, THRESHOLD)
  return ctx
}

function claimsOf({ state }: Context): readonly string[] {
  return [...accountOf(state, alice).escrow.stakeAccumulator.claims.keys()]
}

describe('keymanager/churp.Create', () => {
  it('begins a scheme, claims stake and tells it', () => {
    const ctx = context()
    const request = requested({ threshold: 2, extraShares: 5, handoffInterval: 4n })
    create(ctx, request)
    const status = statusOf(ctx.state, RUNTIME.id, SCHEME.id)
    assert.deepEqual(status, make(Status, { ...request, nextHandoff: 11n }))
    assert.deepEqual(claimsOf(ctx), [claimOfScheme(SCHEME)])
    const { key, value } = ctx.events[0]!.attributes[0]!
    assert.equal(key, 'keymanager/churp.create')
    assert.deepEqual(decode(StatusEvent, value).status, status)
  })

  it('schedules no handoff without an interval, and in the first block one in epoch zero', () => {
    const disabled = context()
    create(disabled, requested())
    assert.equal(statusOf(disabled.state, RUNTIME.id, SCHEME.id)?.nextHandoff, EPOCH_INVALID)
    const first = context({ lastHeight: 0n })
    create(first, requested({ handoffInterval: 1n }))
    assert.equal(statusOf(first.state, RUNTIME.id, SCHEME.id)?.nextHandoff, 0n)
  })

  it('refuses a body that is none with consensus/6', () => {
    const run = () => methods['keymanager/churp.Create']!.run(context(), Uint8Array.of(1))
    assert.throws(run, { module: 'consensus', code: 6 })
  })

  it('refuses key managers that do not run, and other runtimes', () => {
    const ctx = context()
    suspendRuntime(ctx, RUNTIME.id)
    assert.throws(() => create(ctx, requested()), { module: 'registry', code: 11 })
    const runtime = computeRuntime()
    putRuntime(ctx.state, runtime)
    const other = () => create(ctx, requested({ runtimeId: runtime.id }))
    assert.throws(other, refusedByKeyManager('notKeyManager'))
  })

  it('refuses everybody but the owner', () => {
    const ctx = context({ signer: entitySigner('bob') })
    assert.throws(() => create(ctx, requested({ suiteId: 1 })), refused('notOwner'))
  })

  it('refuses a second scheme of the same number', () => {
    const ctx = context({ scheme: schemeStatus() })
    assert.throws(() => create(ctx, requested({ suiteId: 1 })), refused('idTaken'))
    setEscrow(ctx.state, alice, THRESHOLD)
    create(ctx, requested({ id: 4, policy: signedPolicy({ id: 4 }) }))
  })

  it('knows one suite, and thresholds up to 127', () => {
    const attempt = (fields: Partial<Create>) => () => create(context(), requested(fields))
    assert.throws(attempt({ suiteId: 1, threshold: 128 }), refused('unsupportedSuite'))
    assert.throws(attempt({ threshold: 128, id: 4 }), refused('thresholdTooLarge'))
    attempt({ threshold: 127 })()
  })

  it('refuses the policy of another scheme', () => {
    const runtimeId = testNamespace(Uint8Array.of(1), { isKeyManager: true })
    for (const policy of [signedPolicy({ id: 4 }), signedPolicy({ runtimeId, serial: 1 })])
      assert.throws(() => create(context(), requested({ policy })), refused('policyMismatch'))
  })

  it('refuses a policy that is not the first one, or not signed', () => {
    const attempt = (policy: Create['policy']) => () => create(context(), requested({ policy }))
    const forged = { ...signedPolicy(), policy: signedPolicy({ mayJoin: [] }).policy }
    const both = { ...forged, policy: { ...forged.policy, serial: 1 } }
    assert.throws(attempt(both), refused('wrongPolicySerial'))
    assert.throws(attempt(forged), refused('invalidPolicySignature'))
    attempt(signedPolicy({}, []))()
  })

  it('takes a policy with queries from 26.1 on; before it is registry/1, even if it is empty', () => {
    const mayQuery = keyedMap<Namespace, undefined>(Namespace, [])
    const empty = requested({ policy: signedPolicy({ mayQuery }) })
    create(context(), empty)
    const gas = gasAccountant(7n)
    const before = context({ features: 'before-26.1', gas, costs: { create: 7n } })
    assert.throws(() => create(before, empty), { module: 'registry', code: 1 })
    assert.equal(gas.used, 0n)
    create(before, requested())
  })

  it('refuses what the owner has too little stake for, and leaves nothing behind', () => {
    const ctx = context()
    setEscrow(ctx.state, alice, THRESHOLD - 1n)
    assert.throws(() => create(ctx, requested()), { module: 'staking', code: 4 })
    assert.equal(has(ctx.state, keys.statuses, RUNTIME.id, SCHEME.id), false)
    assert.deepEqual([claimsOf(ctx), toldEvents(ctx)], [[], []])
  })

  it('claims nothing if stake does not count', () => {
    const ctx = churpContext({ stakingParams: { debugBypassStake: true } })
    create(ctx, requested())
    assert.deepEqual(claimsOf(ctx), [])
  })

  it('uses gas before anything else, and also when it is only checked', () => {
    const costs = { create: 7n }
    const gas = () => gasAccountant(7n)
    const checked = context({ mode: 'checkTx', gas: gas(), costs })
    setEscrow(checked.state, alice, 0n)
    create(checked, requested())
    const simulated = context({ mode: 'simulate', gas: gas(), costs, signer: entitySigner('bob') })
    create(simulated, requested())
    const wrong = context({ gas: gas(), costs, signer: entitySigner('bob') })
    assert.throws(() => create(wrong, requested()), refused('notOwner'))
    for (const ctx of [checked, simulated, wrong]) {
      assert.equal(ctx.gas.used, 7n)
      assert.equal(has(ctx.state, keys.statuses, RUNTIME.id, SCHEME.id), false)
    }
    const poor = context({ gas: gasAccountant(6n), costs, signer: entitySigner('bob') })
    assert.throws(() => create(poor, requested()), { reason: 'gas.outOfGas' })
  })
})
