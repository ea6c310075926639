import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import { GenesisDocument } from '@wadi/consensus/genesis/document'
import { Genesis, Parameters, Status } from '@wadi/consensus/keymanager'
import { Genesis as RegistryGenesis } from '@wadi/consensus/registry'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { signatureRules } from '@wadi/crypto/signature/verification'
import { testNamespace } from '@wadi/primitives/namespace'
import type { Context } from '../kernel/context.ts'
import { testContext } from '../testing/testContext.ts'
import { testKey } from '../testing/testNodes.ts'
import { computeRuntime, toldEvents } from '../testing/testRegistry.ts'
import { checkGenesis, exportGenesis, initChain } from './genesis.ts'
import { parametersOf, statusesOf } from './queries.ts'
import { setStatus } from './state.ts'
import { RUNTIME, refused, signedPolicy } from './testing/testEnclaves.ts'

const params = make(Parameters, { gasCosts: keyedMap(text, [['update_policy', 5n]]) })

function statusOf(fields: Partial<Status> = {}): Status {
  return make(Status, { id: RUNTIME.id, checksum: new Uint8Array(0), ...fields })
}

function begun(
  statuses: readonly (Status | undefined)[],
  registry: Partial<RegistryGenesis> = { runtimes: [RUNTIME] },
): Context {
  const ctx = testContext({ mode: 'initChain', lastHeight: 0n })
  const document = make(GenesisDocument, {
    registry: make(RegistryGenesis, registry),
    keymanager: make(Genesis, { params, statuses }),
  })
  initChain(ctx, { document, validators: [] })
  return ctx
}

describe("the key manager's genesis", () => {
  it('writes the parameters and where key managers stand, and tells that at once', () => {
    const status = statusOf({ isInitialized: true, policy: signedPolicy() })
    const ctx = begun([status])
    assert.deepEqual(parametersOf(ctx.state), params)
    assert.deepEqual(statusesOf(ctx.state), [status])
    assert.deepEqual(toldEvents(ctx), ['status'])
    assert.deepEqual(toldEvents(begun([])), [])
  })

  it('leaves out whatever is no key manager that runs', () => {
    const compute = computeRuntime()
    const runtimes: readonly (Runtime | undefined)[] = [undefined, compute]
    const suspended = { runtimes, suspendedRuntimes: [RUNTIME] }
    const statuses = [statusOf({ nodes: [] }), statusOf({ id: compute.id, nodes: [] })]
    const ctx = begun(statuses, suspended)
    assert.deepEqual(statusesOf(ctx.state), [])
    assert.deepEqual(toldEvents(ctx), [])
  })

  it('refuses null, and a key manager with nodes, even if there are none', () => {
    assert.throws(() => begun([undefined]), refused('nullStatus'))
    assert.throws(() => begun([statusOf({ nodes: [] })]), refused('genesisNodes'))
  })

  it('exports what it began with, without nodes', () => {
    const ctx = begun([statusOf({ rsk: testKey(1) })])
    setStatus(ctx.state, statusOf({ rsk: testKey(1), nodes: [testKey(2)] }))
    const exported = { params, statuses: [statusOf({ rsk: testKey(1) })] }
    assert.deepEqual(exportGenesis(ctx.state), exported)
  })
})

describe("the key manager's section of a genesis document", () => {
  const rules = signatureRules(forbidKeys([testKey(1)]))
  const check = (fields: Partial<Status>) =>
    checkGenesis(rules, { params, statuses: [statusOf(fields)] })
  const forged = { ...signedPolicy(), policy: signedPolicy({ serial: 9 }).policy }

  it('is refused if a status cannot be', () => {
    const { id } = computeRuntime()
    assert.throws(() => check({ id }), refused('invalidId'))
    assert.throws(() => check({ nodes: [testKey(2), testKey(1)] }), refused('invalidNode'))
    assert.throws(
      () => checkGenesis(rules, { params, statuses: [undefined] }),
      refused('nullStatus'),
    )
    check({ nodes: [testKey(2)] })
    check({})
  })

  it('is refused if a policy is not signed, or cannot follow the other', () => {
    const [policy, nextPolicy] = [signedPolicy(), signedPolicy({ serial: 2 })]
    check({ policy, nextPolicy })
    check({ nextPolicy })
    assert.throws(() => check({ policy: forged }), refused('invalidPolicySignature'))
    assert.throws(() => check({ nextPolicy: forged }), refused('invalidPolicySignature'))
    const same = () => check({ policy, nextPolicy: policy })
    assert.throws(same, refused('policySerialNotIncreased'))
    const id = testNamespace(Uint8Array.of(1), { isKeyManager: true })
    const other = () => check({ policy, nextPolicy: signedPolicy({ id, serial: 2 }) })
    assert.throws(other, refused('policyIdChanged'))
  })
})
