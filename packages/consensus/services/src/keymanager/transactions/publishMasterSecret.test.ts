import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decode } from '@wadi/cbor/codec'
import type { PolicySgx, Status } from '@wadi/consensus/keymanager'
import { MasterSecretEvent } from '@wadi/consensus/keymanager/events'
import * as keys from '@wadi/consensus/keymanager/keys'
import type { Context } from '../../kernel/context.ts'
import { gasAccountant } from '../../kernel/gas.ts'
import { has } from '../../kernel/state.ts'
import { suspendRuntime } from '../../registry/actions.ts'
import { testKey } from '../../testing/testNodes.ts'
import { computeRuntime, putRuntime, toldEvents } from '../../testing/testRegistry.ts'
import { methods } from '../methods.ts'
import { masterSecretOf } from '../queries.ts'
import { setMasterSecret } from '../state.ts'
import {
  asNode,
  type KeyManagerOptions,
  keyManagerContext,
  kmNode,
  masterSecret,
  RUNTIME,
  rakOf,
  refused,
  signedPolicy,
} from '../testing/testEnclaves.ts'
import { publishMasterSecret } from './publishMasterSecret.ts'

const committee = [1, 2].map(testKey)

/** A chain in epoch 10 with a committee of two, of which the first one calls. */
function context(options: KeyManagerOptions = {}): Context {
  const nodes = [1, 2, 3].map((n) => kmNode(n))
  const status = { nodes: committee, ...options.status }
  return asNode(keyManagerContext({ nodes, ...options, status }), 1)
}

/** A status in which generation 4 began in epoch 5. */
function rotated(policy: Partial<PolicySgx> | undefined): Partial<Status> {
  return {
    checksum: Uint8Array.of(1),
    generation: 4n,
    rotationEpoch: 5n,
    policy: policy && signedPolicy(policy),
  }
}

describe('keymanager.PublishMasterSecret', () => {
  it('writes the proposal and tells it', () => {
    const ctx = context()
    const proposal = masterSecret()
    publishMasterSecret(ctx, proposal)
    assert.deepEqual(masterSecretOf(ctx.state, RUNTIME.id), proposal)
    const { key, value } = ctx.events[0]!.attributes[0]!
    assert.equal(key, 'master_secret')
    assert.deepEqual(decode(MasterSecretEvent, value).secret, proposal)
  })

  it('refuses a body that is none with keymanager/1', () => {
    const run = () => methods['keymanager.PublishMasterSecret']!.run(context(), Uint8Array.of(1))
    assert.throws(run, { module: 'keymanager', code: 1 })
  })

  it('refuses key managers that do not run, and other runtimes', () => {
    const ctx = context()
    suspendRuntime(ctx, RUNTIME.id)
    const publish = () => publishMasterSecret(ctx, masterSecret())
    assert.throws(publish, { module: 'registry', code: 11 })
    const runtime = computeRuntime()
    putRuntime(ctx.state, runtime)
    const other = masterSecret({ runtimeId: runtime.id })
    assert.throws(() => publishMasterSecret(ctx, other), refused('notKeyManager'))
  })

  it('refuses a key manager that stands nowhere yet with keymanager/2', () => {
    const ctx = asNode(keyManagerContext({ nodes: [kmNode(1)] }), 1)
    const publish = () => publishMasterSecret(ctx, masterSecret())
    assert.throws(publish, { module: 'keymanager', code: 2 })
  })

  it('refuses whoever is not in the committee', () => {
    const publish = () => publishMasterSecret(asNode(context(), 3), masterSecret())
    assert.throws(publish, refused('notInCommittee'))
    const without = context({ status: { nodes: undefined } })
    assert.throws(() => publishMasterSecret(without, masterSecret()), refused('notInCommittee'))
  })

  it('takes one proposal for an epoch, and replaces that of another one', () => {
    const ctx = context()
    setMasterSecret(ctx.state, masterSecret({ generation: 9n }))
    assert.throws(() => publishMasterSecret(ctx, masterSecret()), refused('oncePerEpoch'))
    setMasterSecret(ctx.state, masterSecret({ epoch: 10n }))
    publishMasterSecret(ctx, masterSecret())
    assert.equal(masterSecretOf(ctx.state, RUNTIME.id)?.secret.epoch, 11n)
  })

  it('takes the next generation once the interval is over', () => {
    const secret = masterSecret({ generation: 5n })
    const publish = (policy: Partial<PolicySgx> | undefined) =>
      publishMasterSecret(context({ status: rotated(policy) }), secret)
    assert.throws(() => publish(undefined), refused('rotationDisabled'))
    assert.throws(() => publish({}), refused('rotationDisabled'))
    assert.throws(() => publish({ masterSecretRotationInterval: 7n }), refused('rotationTooSoon'))
    publish({ masterSecretRotationInterval: 6n })
  })

  it('asks the policy that holds for the interval, and only for a later generation', () => {
    const nextPolicy = signedPolicy({ masterSecretRotationInterval: 1n })
    const later = context({ status: { ...rotated(undefined), nextPolicy } })
    const publish = () => publishMasterSecret(later, masterSecret({ generation: 5n }))
    assert.throws(publish, refused('rotationDisabled'))
    const first = { ...rotated(undefined), checksum: new Uint8Array(0) }
    publishMasterSecret(context({ status: first }), masterSecret({ generation: 0n }))
  })

  it('lets the end of the interval wrap around', () => {
    const interval = { masterSecretRotationInterval: 0xffff_ffff_ffff_ffffn }
    publishMasterSecret(context({ status: rotated(interval) }), masterSecret({ generation: 5n }))
  })

  it('refuses any generation but the next one', () => {
    const wrong = () => publishMasterSecret(context(), masterSecret({ generation: 1n }))
    assert.throws(wrong, refused('wrongGeneration'))
    const policy = { masterSecretRotationInterval: 1n }
    for (const generation of [0n, 4n, 6n]) {
      const publish = () =>
        publishMasterSecret(context({ status: rotated(policy) }), masterSecret({ generation }))
      assert.throws(publish, refused('wrongGeneration'))
    }
  })

  it('refuses any epoch but the next one', () => {
    for (const epoch of [10n, 12n]) {
      const publish = () => publishMasterSecret(context(), masterSecret({ epoch }))
      assert.throws(publish, refused('wrongEpoch'))
    }
  })

  it('looks at the nodes before the generation, and at it before the epoch', () => {
    const wrong = masterSecret({ generation: 1n, epoch: 12n })
    const lonely = context({ nodes: [kmNode(2)] })
    assert.throws(() => publishMasterSecret(lonely, wrong), { module: 'registry', code: 10 })
    assert.throws(() => publishMasterSecret(context(), wrong), refused('wrongGeneration'))
  })

  it('refuses a signature of another enclave', () => {
    const forged = masterSecret({}, rakOf(1))
    assert.throws(() => publishMasterSecret(context(), forged), refused('invalidSecretSignature'))
  })

  it('uses gas last, and none when it is only checked', () => {
    const costs = { publish_master_secret: 7n }
    const gas = gasAccountant(7n)
    const checked = context({ mode: 'checkTx', gas, costs })
    publishMasterSecret(checked, masterSecret())
    const wrong = () => publishMasterSecret(context({ gas, costs }), masterSecret({ epoch: 12n }))
    assert.throws(wrong, refused('wrongEpoch'))
    assert.equal(gas.used, 0n)
    const simulated = context({ mode: 'simulate', gas, costs })
    publishMasterSecret(simulated, masterSecret())
    assert.equal(gas.used, 7n)
    for (const { state } of [checked, simulated])
      assert.equal(has(state, keys.masterSecrets, RUNTIME.id), false)
    const poor = context({ gas: gasAccountant(6n), costs })
    assert.throws(() => publishMasterSecret(poor, masterSecret()), { reason: 'gas.outOfGas' })
    assert.deepEqual(toldEvents(poor), [])
  })
})
