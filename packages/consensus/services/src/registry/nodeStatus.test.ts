import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { BugError } from '@wadi/base/errors'
import { make, zero } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { type Fault, NodeStatus } from '@wadi/consensus/registry'
import { Namespace, testNamespace } from '@wadi/primitives/namespace'
import { isEligible, isFrozen, isSuspended, withFailure, withSuccess } from './nodeStatus.ts'

const runtime = testNamespace(toUtf8('runtime'))
const other = testNamespace(toUtf8('other'))
const fresh = zero(NodeStatus)

function faultsOf(fault: Fault | undefined): NodeStatus {
  const faults = keyedMap<Namespace, Fault | undefined>(Namespace, [[runtime, fault]])
  return make(NodeStatus, { faults })
}

describe('the status of a node', () => {
  it('suspends for twice as many epochs after each failure, at most 64', () => {
    let status = fresh
    for (const epochs of [2n, 4n, 8n, 16n, 32n, 64n, 64n, 64n]) {
      status = withFailure(status, runtime, 100n)
      assert.equal(status.faults.get(runtime)?.suspendedUntil, 100n + epochs)
    }
  })

  it('is suspended until an epoch, not in it, and only for the runtime that it failed', () => {
    const status = withFailure(fresh, runtime, 100n)
    assert.equal(isSuspended(status, runtime, 101n), true)
    assert.equal(isSuspended(status, runtime, 102n), false)
    assert.equal(isSuspended(status, other, 101n), false)
  })

  it('forgives a failure for each success, and forgets when none is left', () => {
    const twice = withFailure(withFailure(fresh, runtime, 1n), runtime, 2n)
    const once = withSuccess(twice, runtime, 3n)
    assert.deepEqual(once.faults.get(runtime), { failures: 1, suspendedUntil: 5n })
    assert.equal(withSuccess(once, runtime, 4n).faults.size, 0)
    assert.equal(withSuccess(fresh, runtime, 4n), fresh)
    const empty = faultsOf({ failures: 0, suspendedUntil: 9n })
    assert.equal(withSuccess(empty, runtime, 4n).faults.size, 0)
  })

  it('counts failures in a byte, and suspends until an epoch of 64 bits', () => {
    const full = faultsOf({ failures: 255, suspendedUntil: 9n })
    assert.deepEqual(withFailure(full, runtime, 7n).faults.get(runtime), {
      failures: 0,
      suspendedUntil: 0n,
    })
    const late = withFailure(fresh, runtime, 2n ** 64n - 1n)
    assert.equal(late.faults.get(runtime)?.suspendedUntil, 1n)
  })

  it('is suspended for all runtimes while it is frozen', () => {
    const frozen = make(NodeStatus, { freezeEndTime: 1n })
    assert.equal(isFrozen(frozen), true)
    assert.equal(isFrozen(fresh), false)
    assert.equal(isSuspended(frozen, runtime, 100n), true)
  })

  it('makes eligible after an epoch, not in it', () => {
    const status = make(NodeStatus, { electionEligibleAfter: 5n })
    assert.equal(isEligible(status, 5n), false)
    assert.equal(isEligible(status, 6n), true)
  })

  it('stops the node where the genesis document has null for the faults', () => {
    const broken = faultsOf(undefined)
    assert.throws(() => isSuspended(broken, runtime, 1n), BugError)
    assert.throws(() => withFailure(broken, runtime, 1n), BugError)
  })
})
