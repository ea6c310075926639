import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decode, make } from '@wadi/cbor/codec'
import { Status } from '@wadi/consensus/keymanager'
import { StatusUpdateEvent } from '@wadi/consensus/keymanager/events'
import * as keys from '@wadi/consensus/keymanager/keys'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { signatureRules } from '@wadi/crypto/signature/verification'
import { testNamespace } from '@wadi/primitives/namespace'
import { gasAccountant } from '../../kernel/gas.ts'
import { has } from '../../kernel/state.ts'
import { suspendRuntime } from '../../registry/actions.ts'
import {
  computeRuntime,
  entitySigner,
  keyOf,
  putRuntime,
  toldEvents,
} from '../../testing/testRegistry.ts'
import { methods } from '../methods.ts'
import { checksumOfPolicy } from '../policy.ts'
import { knownStatusOf, statusOf } from '../queries.ts'
import { setMasterSecret } from '../state.ts'
import {
  extraInfo,
  keyManagerContext,
  kmNode,
  masterSecret,
  RUNTIME,
  refused,
  runtimeEntry,
  signedPolicy,
} from '../testing/testEnclaves.ts'
import { updatePolicy } from './updatePolicy.ts'

const policy = signedPolicy()

describe('keymanager.UpdatePolicy', () => {
  it('schedules the policy, and tells where the key manager stands', () => {
    const nodes = [kmNode(1).id]
    const status = { isInitialized: true, nodes, policy: signedPolicy({ serial: 0 }) }
    const ctx = keyManagerContext({ status })
    updatePolicy(ctx, policy)
    const after = statusOf(ctx.state, RUNTIME.id)
    assert.deepEqual(after?.nextPolicy, policy)
    assert.deepEqual(after?.policy, status.policy)
    assert.deepEqual(after?.nodes, nodes)
    const [event] = ctx.events
    assert.equal(event?.type, 'oasis_event_999_keymanager')
    const { key, value } = event!.attributes[0]!
    assert.equal(key, 'status')
    assert.deepEqual(decode(StatusUpdateEvent, value).statuses, [after])
  })

  it('begins a status if there is none', () => {
    const ctx = keyManagerContext()
    updatePolicy(ctx, policy)
    const expected = make(Status, { id: RUNTIME.id, nextPolicy: policy })
    assert.deepEqual(statusOf(ctx.state, RUNTIME.id), expected)
  })

  it('refuses a body that is none with keymanager/1', () => {
    const run = () => methods['keymanager.UpdatePolicy']!.run(keyManagerContext(), Uint8Array.of(1))
    assert.throws(run, { module: 'keymanager', code: 1 })
  })

  it('refuses key managers that do not run with registry/11', () => {
    const noSuchRuntime = { module: 'registry', code: 11 }
    const id = testNamespace(Uint8Array.of(1), { isKeyManager: true })
    assert.throws(() => updatePolicy(keyManagerContext(), signedPolicy({ id })), noSuchRuntime)
    const ctx = keyManagerContext()
    suspendRuntime(ctx, RUNTIME.id)
    assert.throws(() => updatePolicy(ctx, policy), noSuchRuntime)
  })

  it('refuses other runtimes', () => {
    const ctx = keyManagerContext()
    const runtime = computeRuntime()
    putRuntime(ctx.state, runtime)
    const other = signedPolicy({ id: runtime.id })
    assert.throws(() => updatePolicy(ctx, other), refused('notKeyManager'))
  })

  it('refuses everybody but the owner, before it looks at the policy', () => {
    const ctx = keyManagerContext({ signer: entitySigner('bob') })
    const forged = { ...policy, policy: { ...policy.policy, serial: 2 } }
    assert.throws(() => updatePolicy(ctx, forged), refused('notOwner'))
  })

  it('refuses a signature that is not valid, and takes none at all', () => {
    const forged = { ...policy, policy: { ...policy.policy, serial: 2 } }
    const update = () => updatePolicy(keyManagerContext(), forged)
    assert.throws(update, refused('invalidPolicySignature'))
    const signatures = signatureRules(forbidKeys([keyOf(entitySigner('policy'))]))
    const withForbidden = () => updatePolicy(keyManagerContext({ signatures }), policy)
    assert.throws(withForbidden, refused('invalidPolicySignature'))
    updatePolicy(keyManagerContext(), signedPolicy({}, []))
    updatePolicy(keyManagerContext(), { ...policy, signatures: undefined })
  })

  it('refuses a serial number that is not greater, and looks at the signatures first', () => {
    const at = (serial: number) =>
      updatePolicy(keyManagerContext({ status: { policy: signedPolicy({ serial: 5 }) } }), {
        ...signedPolicy({ serial }),
      })
    for (const serial of [4, 5])
      assert.throws(() => at(serial), refused('policySerialNotIncreased'))
    at(6)
    const forged = { ...policy, policy: { ...policy.policy, serial: 2 } }
    const ctx = keyManagerContext({ status: { policy: signedPolicy({ serial: 5 }) } })
    assert.throws(() => updatePolicy(ctx, forged), refused('invalidPolicySignature'))
  })

  it('compares with the policy that holds, not with the next one', () => {
    const ctx = keyManagerContext({ status: { nextPolicy: signedPolicy({ serial: 9 }) } })
    updatePolicy(ctx, policy)
    assert.deepEqual(statusOf(ctx.state, RUNTIME.id)?.nextPolicy, policy)
  })

  it('refuses to follow the policy of another key manager', () => {
    const id = testNamespace(Uint8Array.of(1), { isKeyManager: true })
    const ctx = keyManagerContext({ status: { policy: signedPolicy({ id, serial: 0 }) } })
    assert.throws(() => updatePolicy(ctx, policy), refused('policyIdChanged'))
  })

  it('uses gas last, and none when it is only checked', () => {
    const costs = { update_policy: 7n }
    const gas = gasAccountant(7n)
    const checked = keyManagerContext({ mode: 'checkTx', gas, costs })
    updatePolicy(checked, policy)
    assert.equal(gas.used, 0n)
    const wrong = keyManagerContext({ status: { policy }, gas, costs })
    assert.throws(() => updatePolicy(wrong, policy), refused('policySerialNotIncreased'))
    assert.equal(gas.used, 0n)
    const simulated = keyManagerContext({ mode: 'simulate', gas, costs })
    updatePolicy(simulated, policy)
    assert.equal(gas.used, 7n)
    for (const { state } of [checked, simulated])
      assert.equal(has(state, keys.statuses, RUNTIME.id), false)
    const poor = keyManagerContext({ gas: gasAccountant(6n), costs })
    assert.throws(() => updatePolicy(poor, policy), { reason: 'gas.outOfGas' })
    assert.equal(has(poor.state, keys.statuses, RUNTIME.id), false)
    assert.deepEqual(toldEvents(poor), [])
  })

  it('before 26.1 holds at once, and only who has loaded it stays', () => {
    const loaded = runtimeEntry({
      extraInfo: extraInfo({ isSecure: true, policyChecksum: checksumOfPolicy(policy) }),
    })
    const nodes = [kmNode(1), kmNode(2, { runtimes: [loaded] })]
    const status = { isInitialized: true, isSecure: true, nodes: nodes.map(({ id }) => id) }
    const ctx = keyManagerContext({ features: 'before-26.1', status, nodes })
    updatePolicy(ctx, policy)
    const after = statusOf(ctx.state, RUNTIME.id)
    assert.deepEqual(after?.policy, policy)
    assert.equal(after?.nextPolicy, undefined)
    assert.deepEqual(after?.nodes, [nodes[1]!.id])
  })

  it('before 26.1 accepts no secret when a policy changes', () => {
    const proposal = masterSecret({ epoch: 10n })
    const loaded = runtimeEntry({
      extraInfo: extraInfo({
        policyChecksum: checksumOfPolicy(policy),
        nextChecksum: proposal.secret.secret.checksum!,
      }),
    })
    const nodes = [kmNode(1, { runtimes: [loaded] })]
    const ctx = keyManagerContext({ features: 'before-26.1', nodes })
    setMasterSecret(ctx.state, proposal)
    updatePolicy(ctx, policy)
    const { checksum, nodes: committee } = knownStatusOf(ctx.state, RUNTIME.id)
    assert.deepEqual([checksum, committee], [undefined, [nodes[0]!.id]])
  })
})
