import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decode } from '@wadi/cbor/codec'
import { EphemeralSecretEvent } from '@wadi/consensus/keymanager/events'
import * as keys from '@wadi/consensus/keymanager/keys'
import type { Context } from '../../kernel/context.ts'
import { gasAccountant } from '../../kernel/gas.ts'
import { has } from '../../kernel/state.ts'
import { suspendRuntime } from '../../registry/actions.ts'
import { testKey } from '../../testing/testNodes.ts'
import { computeRuntime, putRuntime, toldEvents } from '../../testing/testRegistry.ts'
import { methods } from '../methods.ts'
import { ephemeralSecretOf } from '../queries.ts'
import { setEphemeralSecret, setMasterSecret } from '../state.ts'
import {
  asNode,
  encryptedSecret,
  ephemeralSecret,
  type KeyManagerOptions,
  keyManagerContext,
  kmNode,
  masterSecret,
  RUNTIME,
  rakOf,
  refused,
  rekOf,
} from '../testing/testEnclaves.ts'
import { publishEphemeralSecret } from './publishEphemeralSecret.ts'

/** A chain in epoch 10 with a committee of one, which calls. */
function context(options: KeyManagerOptions = {}): Context {
  const nodes = [1, 2].map((n) => kmNode(n))
  return asNode(keyManagerContext({ nodes, status: { nodes: [testKey(1)] }, ...options }), 1)
}

describe('keymanager.PublishEphemeralSecret', () => {
  it('writes the secret and tells it', () => {
    const ctx = context()
    const secret = ephemeralSecret()
    publishEphemeralSecret(ctx, secret)
    assert.deepEqual(ephemeralSecretOf(ctx.state, RUNTIME.id), secret)
    const { key, value } = ctx.events[0]!.attributes[0]!
    assert.equal(key, 'ephemeral_secret')
    assert.deepEqual(decode(EphemeralSecretEvent, value).secret, secret)
  })

  it('refuses a body that is none with keymanager/1', () => {
    const run = () => methods['keymanager.PublishEphemeralSecret']!.run(context(), Uint8Array.of(1))
    assert.throws(run, { module: 'keymanager', code: 1 })
  })

  it('refuses key managers that do not run, and other runtimes', () => {
    const ctx = context()
    suspendRuntime(ctx, RUNTIME.id)
    const publish = () => publishEphemeralSecret(ctx, ephemeralSecret())
    assert.throws(publish, { module: 'registry', code: 11 })
    const runtime = computeRuntime()
    putRuntime(ctx.state, runtime)
    const other = ephemeralSecret({ runtimeId: runtime.id })
    assert.throws(() => publishEphemeralSecret(ctx, other), refused('notKeyManager'))
  })

  it('refuses a key manager that stands nowhere yet with keymanager/2', () => {
    const ctx = asNode(keyManagerContext({ nodes: [kmNode(1)] }), 1)
    const publish = () => publishEphemeralSecret(ctx, ephemeralSecret())
    assert.throws(publish, { module: 'keymanager', code: 2 })
  })

  it('refuses whoever is not in the committee', () => {
    const publish = () => publishEphemeralSecret(asNode(context(), 2), ephemeralSecret())
    assert.throws(publish, refused('notInCommittee'))
  })

  it('takes one secret for an epoch, whatever master secret there is', () => {
    const ctx = context()
    setMasterSecret(ctx.state, masterSecret())
    publishEphemeralSecret(ctx, ephemeralSecret())
    const again = () => publishEphemeralSecret(ctx, ephemeralSecret())
    assert.throws(again, refused('oncePerEpoch'))
    setEphemeralSecret(ctx.state, ephemeralSecret({ epoch: 10n }))
    publishEphemeralSecret(ctx, ephemeralSecret())
  })

  it('refuses any epoch but the next one', () => {
    for (const epoch of [10n, 12n]) {
      const publish = () => publishEphemeralSecret(context(), ephemeralSecret({ epoch }))
      assert.throws(publish, refused('wrongEpoch'))
    }
  })

  it('before the first block is committed is for epoch zero', () => {
    const first = () => context({ lastHeight: 0n })
    publishEphemeralSecret(first(), ephemeralSecret({ epoch: 0n }))
    const publish = () => publishEphemeralSecret(first(), ephemeralSecret())
    assert.throws(publish, refused('wrongEpoch'))
  })

  it('looks at the epoch before the recipients, and at them before the signature', () => {
    const secret = encryptedSecret([rekOf(9)])
    const all = ephemeralSecret({ epoch: 12n, secret }, rakOf(1))
    assert.throws(() => publishEphemeralSecret(context(), all), refused('wrongEpoch'))
    const two = ephemeralSecret({ secret }, rakOf(1))
    assert.throws(() => publishEphemeralSecret(context(), two), refused('unknownKey'))
    const one = ephemeralSecret({}, rakOf(1))
    assert.throws(() => publishEphemeralSecret(context(), one), refused('invalidSecretSignature'))
  })

  it('uses gas last, and none when it is only checked', () => {
    const costs = { publish_ephemeral_secret: 7n }
    const gas = gasAccountant(7n)
    const checked = context({ mode: 'checkTx', gas, costs })
    publishEphemeralSecret(checked, ephemeralSecret())
    assert.equal(gas.used, 0n)
    const simulated = context({ mode: 'simulate', gas, costs })
    publishEphemeralSecret(simulated, ephemeralSecret())
    assert.equal(gas.used, 7n)
    for (const { state } of [checked, simulated])
      assert.equal(has(state, keys.ephemeralSecrets, RUNTIME.id), false)
    const poor = context({ gas: gasAccountant(6n), costs })
    assert.throws(() => publishEphemeralSecret(poor, ephemeralSecret()), { reason: 'gas.outOfGas' })
    assert.deepEqual(toldEvents(poor), [])
  })
})
