import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { Parameters as BeaconParameters } from '@wadi/consensus/beacon'
import * as beaconKeys from '@wadi/consensus/beacon/keys'
import { Status } from '@wadi/consensus/keymanager'
import { testNamespace } from '@wadi/primitives/namespace'
import type { Context } from '../kernel/context.ts'
import { write } from '../kernel/state.ts'
import { testKey } from '../testing/testNodes.ts'
import { computeRuntime } from '../testing/testRegistry.ts'
import { violations } from './invariants.ts'
import { setEphemeralSecret, setMasterSecret, setStatus } from './state.ts'
import {
  encryptedSecret,
  ephemeralSecret,
  keyManagerContext,
  masterSecret,
  signedPolicy,
} from './testing/testEnclaves.ts'

/** A key manager of which everything is as it should be. */
function sound(status: Partial<Status> = {}): Context {
  const policies = { policy: signedPolicy(), nextPolicy: signedPolicy({ serial: 2 }) }
  const nodes = [testKey(1), testKey(2)]
  const ctx = keyManagerContext({ status: { isInitialized: true, nodes, ...policies, ...status } })
  setMasterSecret(ctx.state, masterSecret())
  setEphemeralSecret(ctx.state, ephemeralSecret())
  return ctx
}

function countOf({ state }: Context): number {
  return [...violations(state)].length
}

describe('of key managers', () => {
  it('nothing is violated by default', () => {
    assert.equal(countOf(sound()), 0)
    assert.equal(countOf(sound({ nodes: undefined, isInitialized: false, policy: undefined })), 0)
  })

  it('each is registered as one', () => {
    const ctx = sound()
    const id = testNamespace(Uint8Array.of(1), { isKeyManager: true })
    setStatus(ctx.state, make(Status, { id }))
    assert.equal(countOf(ctx), 1)
    setStatus(ctx.state, make(Status, { id: computeRuntime().id }))
    assert.equal(countOf(ctx), 3)
  })

  it('the nodes are in order and each there once', () => {
    assert.equal(countOf(sound({ nodes: [testKey(2), testKey(1)] })), 1)
    assert.equal(countOf(sound({ nodes: [testKey(1), testKey(1)] })), 1)
  })

  it('none has a committee before it began', () => {
    assert.equal(countOf(sound({ isInitialized: false })), 1)
  })

  it('the next policy can follow', () => {
    assert.equal(countOf(sound({ policy: signedPolicy({ serial: 2 }) })), 1)
  })

  it('no secret is of an epoch to come, and each can be read by somebody', () => {
    const ctx = sound()
    setMasterSecret(ctx.state, masterSecret({ epoch: 12n }))
    assert.equal(countOf(ctx), 1)
    setEphemeralSecret(ctx.state, ephemeralSecret({ secret: encryptedSecret([]) }))
    assert.equal(countOf(ctx), 2)
  })

  it('a secret may be of an epoch to come where tests turn time back', () => {
    const early = (debugMockBackend: boolean) => {
      const ctx = sound()
      write(ctx.state, beaconKeys.currentEpoch, [], { epoch: 0n, height: 1n })
      write(ctx.state, beaconKeys.parameters, [], make(BeaconParameters, { debugMockBackend }))
      return countOf(ctx)
    }
    assert.equal(early(false), 2)
    assert.equal(early(true), 0)
  })
})
