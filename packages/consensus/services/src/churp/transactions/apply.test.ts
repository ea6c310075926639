import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decode } from '@wadi/cbor/codec'
import type { Status } from '@wadi/consensus/churp'
import { StatusEvent } from '@wadi/consensus/churp/events'
import { EPOCH_INVALID } from '@wadi/primitives/epoch'
import { ROLES } from '@wadi/primitives/nodeRoles'
import type { Context } from '../../kernel/context.ts'
import { gasAccountant } from '../../kernel/gas.ts'
import {
  asNode,
  enclaveEntry,
  kmNode,
  RUNTIME,
  rakOf,
  refused as refusedByKeyManager,
  SGX_RUNTIME,
} from '../../keymanager/testing/testEnclaves.ts'
import { suspendRuntime } from '../../registry/actions.ts'
import { testKey } from '../../testing/testNodes.ts'
import { computeRuntime, putRuntime, toldEvents } from '../../testing/testRegistry.ts'
import { methods } from '../methods.ts'
import { knownStatusOf } from '../queries.ts'
import {
  application,
  applicationsOf,
  type ChurpOptions,
  churpContext,
  OTHER_CHECKSUM,
  refused,
  SCHEME,
  schemeStatus,
} from '../testing/testSchemes.ts'
import { apply } from './apply.ts'

/** A chain in epoch 10, before a handoff in epoch 11, on which node 1 calls. */
function context(scheme: Partial<Status> = {}, options: ChurpOptions = {}): Context {
  const nodes = [kmNode(1), kmNode(2)]
  return asNode(churpContext({ nodes, scheme: schemeStatus(scheme), ...options }), 1)
}

function statusIn({ state }: Context): Status {
  return knownStatusOf(state, RUNTIME.id, SCHEME.id)
}

describe('keymanager/churp.Apply', () => {
  it('adds the node to the applicants and tells it', () => {
    const ctx = context({ applications: applicationsOf([2]) })
    apply(ctx, application())
    const status = statusIn(ctx)
    assert.deepEqual(status, schemeStatus({ applications: applicationsOf([1, 2]) }))
    assert.deepEqual(status.applications.get(testKey(1)), {
      checksum: OTHER_CHECKSUM,
      reconstructed: false,
    })
    const { key, value } = ctx.events[0]!.attributes[0]!
    assert.equal(key, 'keymanager/churp.update')
    assert.deepEqual(decode(StatusEvent, value).status, status)
  })

  it('refuses a body that is none with consensus/6', () => {
    const run = () => methods['keymanager/churp.Apply']!.run(context(), Uint8Array.of(1))
    assert.throws(run, { module: 'consensus', code: 6 })
  })

  it('refuses key managers that do not run, other runtimes and other schemes', () => {
    const ctx = context()
    assert.throws(() => apply(ctx, application({ id: 4 })), refused('noSuchId'))
    suspendRuntime(ctx, RUNTIME.id)
    assert.throws(() => apply(ctx, application()), { module: 'registry', code: 11 })
    const runtime = computeRuntime()
    putRuntime(ctx.state, runtime)
    const other = () => apply(ctx, application({ runtimeId: runtime.id }))
    assert.throws(other, refusedByKeyManager('notKeyManager'))
  })

  it('refuses if there are no handoffs, whenever the next one would be', () => {
    const ctx = context({ handoffInterval: 0n })
    assert.throws(() => apply(ctx, application()), refused('handoffsDisabled'))
  })

  it('is for the epoch before the handoff only', () => {
    for (const nextHandoff of [10n, 12n]) {
      const late = () => apply(context({ nextHandoff }), application({ epoch: nextHandoff }))
      assert.throws(late, refused('submissionsClosed'))
    }
    for (const epoch of [10n, 12n]) {
      const wrong = () => apply(context(), application({ epoch }))
      assert.throws(wrong, refused('wrongHandoff'))
    }
  })

  it('before the first block is committed is for a handoff in epoch zero', () => {
    const ctx = context({ nextHandoff: 0n }, { lastHeight: 0n })
    const attempt = () => apply(ctx, application({ epoch: 0n }))
    // No node is registered beyond the end of time, which is the epoch in this block.
    assert.throws(attempt, refused('nodeExpired'))
    const nodes = [kmNode(1, { expiration: EPOCH_INVALID })]
    apply(context({ nextHandoff: 0n }, { lastHeight: 0n, nodes }), application({ epoch: 0n }))
  })

  it('is once for a node, whatever it applies with', () => {
    const ctx = context({ applications: applicationsOf([1]) })
    const again = () => apply(ctx, application({}, rakOf(1)))
    assert.throws(again, refused('alreadyApplied'))
  })

  it('refuses nodes that are not registered, or not to run the key manager', () => {
    const without =
      (...nodes: readonly ReturnType<typeof kmNode>[]) =>
      () =>
        apply(context({}, { nodes }), application({}, rakOf(9)))
    assert.throws(without(), { module: 'registry', code: 10 })
    const roles = ROLES.compute
    assert.throws(without(kmNode(1, { expiration: 9n, roles })), refused('nodeExpired'))
    const runtimes = undefined
    assert.throws(without(kmNode(1, { roles, runtimes })), refused('notKeyManagerNode'))
    assert.throws(without(kmNode(1, { runtimes })), refusedByKeyManager('notRunning'))
    assert.throws(without(kmNode(1, { expiration: 10n })), refused('invalidSignature'))
  })

  it('is signed by the enclave of the node', () => {
    const runtime = SGX_RUNTIME
    const nodes = [kmNode(1, { runtimes: [enclaveEntry(5)] })]
    apply(context({}, { runtime, nodes }), application({}, rakOf(5)))
    const forged = () => apply(context({}, { runtime, nodes }), application())
    assert.throws(forged, refused('invalidSignature'))
    const bare = () => apply(context({}, { runtime }), application())
    assert.throws(bare, refusedByKeyManager('noTee'))
    const strange = () =>
      apply(context({}, { runtime: { ...RUNTIME, teeHardware: 2 } }), application())
    assert.throws(strange, refusedByKeyManager('teeMismatch'))
  })

  it('uses gas before anything else, and also when it is only checked', () => {
    const costs = { apply: 7n }
    const options = () => ({ gas: gasAccountant(7n), costs })
    const checked = context({}, { mode: 'checkTx', ...options() })
    apply(checked, application())
    const simulated = context({}, { mode: 'simulate', nodes: [], ...options() })
    apply(simulated, application())
    const wrong = context({}, { nodes: [], ...options() })
    assert.throws(() => apply(wrong, application()), { module: 'registry', code: 10 })
    for (const ctx of [checked, simulated, wrong]) {
      assert.equal(ctx.gas.used, 7n)
      assert.deepEqual(statusIn(ctx), schemeStatus())
      assert.deepEqual(toldEvents(ctx), [])
    }
    const poor = context({}, { nodes: [], gas: gasAccountant(6n), costs })
    assert.throws(() => apply(poor, application()), { reason: 'gas.outOfGas' })
  })
})
