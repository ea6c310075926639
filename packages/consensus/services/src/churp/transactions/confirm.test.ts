import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decode } from '@wadi/cbor/codec'
import type { Status } from '@wadi/consensus/churp'
import { StatusEvent } from '@wadi/consensus/churp/events'
import type { Context } from '../../kernel/context.ts'
import { gasAccountant } from '../../kernel/gas.ts'
import {
  asNode,
  kmNode,
  RUNTIME,
  rakOf,
  refused as refusedByKeyManager,
} from '../../keymanager/testing/testEnclaves.ts'
import { suspendRuntime } from '../../registry/actions.ts'
import { testKey } from '../../testing/testNodes.ts'
import { computeRuntime, putRuntime, toldEvents } from '../../testing/testRegistry.ts'
import { methods } from '../methods.ts'
import { knownStatusOf } from '../queries.ts'
import {
  applicationsOf,
  CHECKSUM,
  type ChurpOptions,
  churpContext,
  confirmation,
  OTHER_CHECKSUM,
  refused,
  SCHEME,
  schemeStatus,
} from '../testing/testSchemes.ts'
import { confirm } from './confirm.ts'

/** In the middle of the handoff of epoch 10, for which three nodes applied. */
function busy(fields: Partial<Status> = {}): Status {
  return schemeStatus({ nextHandoff: 10n, applications: applicationsOf([1, 2, 3]), ...fields })
}

/** A chain in that epoch, on which node 1 calls. */
function context(scheme: Partial<Status> = {}, options: ChurpOptions = {}): Context {
  const nodes = [1, 2, 3].map((n) => kmNode(n))
  return asNode(churpContext({ nodes, scheme: busy(scheme), ...options }), 1)
}

function statusIn({ state }: Context): Status {
  return knownStatusOf(state, RUNTIME.id, SCHEME.id)
}

describe('keymanager/churp.Confirm', () => {
  it('notes that the node has its share; the first one says the checksum', () => {
    const ctx = context()
    confirm(ctx, confirmation())
    const status = statusIn(ctx)
    const expected = busy({ nextChecksum: CHECKSUM, applications: applicationsOf([1, 2, 3], [1]) })
    assert.deepEqual(status, expected)
    const { key, value } = ctx.events[0]!.attributes[0]!
    assert.equal(key, 'keymanager/churp.update')
    assert.deepEqual(decode(StatusEvent, value).status, status)
  })

  it('completes the handoff with the last one, and tells it once', () => {
    const applications = applicationsOf([1, 2, 3], [2, 3])
    const ctx = context({ nextChecksum: CHECKSUM, applications })
    confirm(ctx, confirmation())
    const expected = busy({
      applications: applicationsOf([]),
      handoff: 10n,
      nextHandoff: 14n,
      checksum: CHECKSUM,
      committee: [1, 2, 3].map(testKey),
    })
    assert.deepEqual(statusIn(ctx), expected)
    assert.deepEqual(toldEvents(ctx), ['keymanager/churp.update'])
  })

  it('completes nothing while somebody who applied is missing, or there are too few', () => {
    const ctx = context({ nextChecksum: CHECKSUM, applications: applicationsOf([1, 2, 3], [2]) })
    confirm(ctx, confirmation())
    assert.deepEqual(statusIn(ctx).applications, applicationsOf([1, 2, 3], [1, 2]))
    const few = context({ extraShares: 2 })
    for (const n of [1, 2, 3]) confirm(asNode(few, n), confirmation())
    assert.deepEqual(statusIn(few).applications, applicationsOf([1, 2, 3], [1, 2, 3]))
    assert.equal(statusIn(few).handoff, 0n)
  })

  it('refuses a body that is none with consensus/6', () => {
    const run = () => methods['keymanager/churp.Confirm']!.run(context(), Uint8Array.of(1))
    assert.throws(run, { module: 'consensus', code: 6 })
  })

  it('refuses key managers that do not run, other runtimes and other schemes', () => {
    const ctx = context()
    assert.throws(() => confirm(ctx, confirmation({ id: 4 })), refused('noSuchId'))
    suspendRuntime(ctx, RUNTIME.id)
    assert.throws(() => confirm(ctx, confirmation()), { module: 'registry', code: 11 })
    const runtime = computeRuntime()
    putRuntime(ctx.state, runtime)
    const other = () => confirm(ctx, confirmation({ runtimeId: runtime.id }))
    assert.throws(other, refusedByKeyManager('notKeyManager'))
  })

  it('refuses if there are no handoffs', () => {
    const ctx = context({ handoffInterval: 0n })
    assert.throws(() => confirm(ctx, confirmation()), refused('handoffsDisabled'))
  })

  it('is for the epoch of the handoff only', () => {
    for (const nextHandoff of [9n, 11n]) {
      const attempt = () => confirm(context({ nextHandoff }), confirmation({ epoch: nextHandoff }))
      assert.throws(attempt, refused('confirmationsClosed'))
    }
    const wrong = () => confirm(context(), confirmation({ epoch: 11n }))
    assert.throws(wrong, refused('wrongHandoff'))
  })

  it('is for nodes that applied, once, and all with one checksum', () => {
    const other = confirmation({ checksum: OTHER_CHECKSUM }, rakOf(1))
    const attempt = (scheme: Partial<Status>) => () => confirm(context(scheme), other)
    const nextChecksum = CHECKSUM
    const missing = { nextChecksum, applications: applicationsOf([2, 3]) }
    assert.throws(attempt(missing), refused('notApplied'))
    const again = { nextChecksum, applications: applicationsOf([1, 2, 3], [1]) }
    assert.throws(attempt(again), refused('alreadyConfirmed'))
    assert.throws(attempt({ nextChecksum }), refused('checksumMismatch'))
    assert.throws(attempt({}), refused('invalidSignature'))
    assert.throws(attempt({ nextChecksum: OTHER_CHECKSUM }), refused('invalidSignature'))
  })

  it('refuses nodes whose registration is gone, and says no checksum for them', () => {
    const gone = context({}, { nodes: [] })
    assert.throws(() => confirm(gone, confirmation()), { module: 'registry', code: 10 })
    const expired = context({}, { nodes: [kmNode(1, { expiration: 9n })] })
    assert.throws(() => confirm(expired, confirmation()), refused('nodeExpired'))
    assert.deepEqual(statusIn(expired), busy())
  })

  it('uses gas before anything else, and also when it is only checked', () => {
    const costs = { confirm: 7n }
    const options = () => ({ gas: gasAccountant(7n), costs })
    const checked = context({}, { mode: 'checkTx', ...options() })
    confirm(checked, confirmation())
    const simulated = context({}, { mode: 'simulate', nodes: [], ...options() })
    confirm(simulated, confirmation())
    const wrong = context({}, { nodes: [], ...options() })
    assert.throws(() => confirm(wrong, confirmation()), { module: 'registry', code: 10 })
    for (const ctx of [checked, simulated, wrong]) {
      assert.equal(ctx.gas.used, 7n)
      assert.deepEqual(statusIn(ctx), busy())
      assert.deepEqual(toldEvents(ctx), [])
    }
    const poor = context({}, { nodes: [], gas: gasAccountant(6n), costs })
    assert.throws(() => confirm(poor, confirmation()), { reason: 'gas.outOfGas' })
  })
})
