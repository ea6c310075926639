import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decode, make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import type { Status } from '@wadi/consensus/churp'
import { StatusEvent } from '@wadi/consensus/churp/events'
import { Update } from '@wadi/consensus/churp/methods'
import { EPOCH_INVALID } from '@wadi/primitives/epoch'
import { Namespace, testNamespace } from '@wadi/primitives/namespace'
import { gasAccountant } from '../../kernel/gas.ts'
import { RUNTIME, refused as refusedByKeyManager } from '../../keymanager/testing/testEnclaves.ts'
import { suspendRuntime } from '../../registry/actions.ts'
import { computeRuntime, entitySigner, putRuntime, toldEvents } from '../../testing/testRegistry.ts'
import { methods } from '../methods.ts'
import { knownStatusOf } from '../queries.ts'
import {
  applicationsOf,
  CHECKSUM,
  type ChurpOptions,
  churpContext,
  refused,
  SCHEME,
  schemeStatus,
  signedPolicy,
} from '../testing/testSchemes.ts'
import { update } from './update.ts'

/** A scheme in the middle of a handoff. */
const busy = schemeStatus({ applications: applicationsOf([1, 2], [1]), nextChecksum: CHECKSUM })

function requested(fields: Partial<Update>): Update {
  return make(Update, { ...SCHEME, ...fields })
}

/** Where the scheme stands after an update. */
function updated(fields: Partial<Update>, scheme: Status = busy, options: ChurpOptions = {}) {
  const ctx = churpContext({ scheme, ...options })
  update(ctx, requested(fields))
  return knownStatusOf(ctx.state, RUNTIME.id, SCHEME.id)
}

describe('keymanager/churp.Update', () => {
  it('changes only what is there, of which zero is something, and tells it', () => {
    const ctx = churpContext({ scheme: { ...busy, extraShares: 3 } })
    update(ctx, requested({ extraShares: 0 }))
    const status = knownStatusOf(ctx.state, RUNTIME.id, SCHEME.id)
    assert.deepEqual(status, { ...busy, extraShares: 0 })
    const { key, value } = ctx.events[0]!.attributes[0]!
    assert.equal(key, 'keymanager/churp.update')
    assert.deepEqual(decode(StatusEvent, value).status, status)
  })

  it('keeps a handoff that is scheduled when the interval changes', () => {
    assert.deepEqual(updated({ handoffInterval: 9n }), { ...busy, handoffInterval: 9n })
    assert.deepEqual(updated({ handoffInterval: 4n }), busy)
  })

  it('cancels the handoff if there are to be none', () => {
    const { nextHandoff, nextChecksum, applications, handoffInterval } = updated({
      handoffInterval: 0n,
    })
    assert.deepEqual([nextHandoff, nextChecksum, applications.size], [EPOCH_INVALID, undefined, 0])
    assert.equal(handoffInterval, 0n)
  })

  it('schedules a handoff in the next epoch if there were none', () => {
    const idle = schemeStatus({ handoffInterval: 0n, nextHandoff: EPOCH_INVALID })
    const after = updated({ handoffInterval: 2n }, idle)
    assert.deepEqual([after.nextHandoff, after.handoffInterval], [11n, 2n])
    assert.equal(updated({ handoffInterval: 0n }, idle).nextHandoff, EPOCH_INVALID)
    assert.equal(updated({ handoffInterval: 2n }, idle, { lastHeight: 0n }).nextHandoff, 0n)
  })

  it('takes the policy with the next serial number', () => {
    const policy = signedPolicy({ serial: 1 })
    assert.deepEqual(updated({ policy }), { ...busy, policy })
    for (const serial of [0, 2]) {
      const change = () => updated({ policy: signedPolicy({ serial }) })
      assert.throws(change, refused('wrongPolicySerial'))
    }
    const last = schemeStatus({ policy: signedPolicy({ serial: 0xffff_ffff }) })
    assert.equal(updated({ policy: signedPolicy({ serial: 0 }) }, last).policy.policy.serial, 0)
  })

  it('refuses a policy that is not signed, of another scheme, or after one of another scheme', () => {
    const forged = { ...signedPolicy(), policy: signedPolicy({ serial: 1 }).policy }
    assert.throws(() => updated({ policy: forged }), refused('invalidPolicySignature'))
    const runtimeId = testNamespace(Uint8Array.of(1), { isKeyManager: true })
    for (const policy of [signedPolicy({ id: 4, serial: 1 }), signedPolicy({ runtimeId })])
      assert.throws(() => updated({ policy }), refused('policyMismatch'))
    for (const other of [{ id: 4 }, { runtimeId }]) {
      const scheme = schemeStatus({ policy: signedPolicy(other) })
      const change = () => updated({ policy: signedPolicy({ serial: 1 }) }, scheme)
      assert.throws(change, refused('policyIdChanged'))
    }
  })

  it('takes a policy with queries from 26.1 on; before it is registry/1', () => {
    const mayQuery = keyedMap<Namespace, undefined>(Namespace, [])
    const policy = signedPolicy({ serial: 1, mayQuery })
    updated({ policy })
    const before = () => updated({ policy }, busy, { features: 'before-26.1' })
    assert.throws(before, { module: 'registry', code: 1 })
    updated({ policy: signedPolicy({ serial: 1 }) }, busy, { features: 'before-26.1' })
    updated({ extraShares: 1 }, busy, { features: 'before-26.1' })
  })

  it('refuses a body that is none with consensus/6, and one without changes', () => {
    const run = () => methods['keymanager/churp.Update']!.run(churpContext(), Uint8Array.of(1))
    assert.throws(run, { module: 'consensus', code: 6 })
    assert.throws(() => updated({}), refused('emptyUpdate'))
  })

  it('refuses other runtimes, other signers, and then other schemes', () => {
    const ctx = churpContext({ scheme: busy })
    suspendRuntime(ctx, RUNTIME.id)
    assert.throws(() => update(ctx, requested({})), { module: 'registry', code: 11 })
    const runtime = computeRuntime()
    putRuntime(ctx.state, runtime)
    const other = () => update(ctx, requested({ runtimeId: runtime.id }))
    assert.throws(other, refusedByKeyManager('notKeyManager'))
    const bob = { signer: entitySigner('bob') }
    assert.throws(() => updated({ id: 4 }, busy, bob), refused('notOwner'))
    assert.throws(() => updated({ id: 4 }), refused('noSuchId'))
  })

  it('uses gas before anything else, and also when it is only checked', () => {
    const costs = { update: 7n }
    const gas = () => gasAccountant(7n)
    const request = requested({ extraShares: 1 })
    const bob = entitySigner('bob')
    const checked = churpContext({ scheme: busy, mode: 'checkTx', gas: gas(), costs })
    update(checked, request)
    const simulated = churpContext({
      scheme: busy,
      mode: 'simulate',
      gas: gas(),
      costs,
      signer: bob,
    })
    update(simulated, request)
    const wrong = churpContext({ scheme: busy, gas: gas(), costs, signer: bob })
    assert.throws(() => update(wrong, request), refused('notOwner'))
    for (const ctx of [checked, simulated, wrong]) {
      assert.equal(ctx.gas.used, 7n)
      assert.deepEqual(knownStatusOf(ctx.state, RUNTIME.id, SCHEME.id), busy)
      assert.deepEqual(toldEvents(ctx), [])
    }
    const poor = churpContext({ gas: gasAccountant(6n), costs })
    assert.throws(() => update(poor, request), { reason: 'gas.outOfGas' })
  })
})
