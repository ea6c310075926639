import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encodeRust, make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { type EnclavePolicySgx, PolicySgx, SignedPolicySgx } from '@wadi/consensus/keymanager'
import { SHA3_256 } from '@wadi/crypto/hash/sha3'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import { EnclaveIdentity, MrEnclave, MrSigner } from '@wadi/primitives/enclaveIdentity'
import { Namespace } from '@wadi/primitives/namespace'
import { PublicKey } from '@wadi/primitives/publicKey'
import { RawSignature } from '@wadi/primitives/signed'
import { Policy, type PolicyRules, presentPolicy, testTrustedSigners } from './policy.ts'

const enclave = (byte: number): EnclaveIdentity => ({
  mrEnclave: MrEnclave.check(new Uint8Array(32).fill(byte)),
  mrSigner: MrSigner.check(new Uint8Array(32).fill(byte + 1)),
})

const [own, client, sibling, stranger] = [10, 20, 30, 40].map(enclave) as [
  EnclaveIdentity,
  EnclaveIdentity,
  EnclaveIdentity,
  EnclaveIdentity,
]
const runtimeId = Namespace.check(new Uint8Array(32).fill(5, 8))
const otherId = Namespace.check(new Uint8Array(32).fill(6, 8))

const enclaves = keyedMap<EnclaveIdentity, EnclavePolicySgx>(EnclaveIdentity, [
  [own, { mayQuery: keyedMap(Namespace, [[runtimeId, [client]]]), mayReplicate: [sibling] }],
  [sibling, { mayQuery: undefined, mayReplicate: [own] }],
])

function signed(serial: number, change: Partial<PolicySgx> = {}, by = [0, 1]): SignedPolicySgx {
  const policy = make(PolicySgx, { serial, enclaves, ...change })
  const message = encodeRust(PolicySgx, presentPolicy({ policy, signatures: [] }).policy)
  const signatures = by.map((index) => {
    const signer = createTestSigner('node', `ekiden key manager test multisig key ${index}`)
    return {
      publicKey: PublicKey.check(signer.publicKey),
      signature: RawSignature.check(signer.sign(contextOf(contexts.keyManagerPolicy), message)),
    }
  })
  return { policy, signatures }
}

const rules: PolicyRules = { trusted: testTrustedSigners, enclave: own, access: 'by policy' }
const refuses = (message: string) => ({ message })
const UNAUTHORIZED = refuses('client is not authorized')

describe('the policy of a key manager', () => {
  it('names who may query for which runtime, and who may replicate', () => {
    const policy = new Policy(rules)
    assert.throws(() => policy.checkMayQuery(client, runtimeId), UNAUTHORIZED)
    policy.update(signed(1), undefined)
    policy.checkMayQuery(client, runtimeId)
    policy.checkMayReplicate(sibling)
    for (const other of [own, sibling, stranger])
      assert.throws(() => policy.checkMayQuery(other, runtimeId), UNAUTHORIZED)
    assert.throws(() => policy.checkMayQuery(client, otherId), UNAUTHORIZED)
    for (const other of [client, stranger])
      assert.throws(() => policy.checkMayReplicate(other), UNAUTHORIZED)
  })

  it('always lets an enclave replicate from its own kind', () => {
    const policy = new Policy(rules)
    policy.checkMayReplicate(own)
    assert.deepEqual(policy.sources, [own])
    policy.update(signed(1), undefined)
    assert.deepEqual(policy.sources, [sibling, own])
    assert.equal(new Policy({ ...rules, enclave: undefined }).sources, undefined)
  })

  it('has the checksum of its form with nothing absent', () => {
    const policy = signed(1, { enclaves: undefined })
    const expected = SHA3_256.hash(encodeRust(SignedPolicySgx, presentPolicy(policy)))
    assert.deepEqual(new Policy(rules).update(policy, undefined), expected)
    assert.notDeepEqual(SHA3_256.hash(encodeRust(SignedPolicySgx, policy)), expected)
  })

  it('is followed by one of a higher serial number only', () => {
    const policy = new Policy(rules)
    const first = policy.update(signed(2), undefined)
    assert.deepEqual(policy.update(signed(2), undefined), first)
    assert.throws(() => policy.update(signed(1), undefined), refuses('policy rollback'))
    const changed = refuses('policy alteration, without serial increment')
    assert.throws(() => policy.update(signed(2, { enclaves: undefined }), undefined), changed)
    assert.throws(() => policy.update(signed(2, {}, [1, 2]), undefined), changed)
    assert.notDeepEqual(policy.update(signed(3), undefined), first)
    assert.throws(() => policy.update(signed(2), undefined), refuses('policy rollback'))
  })

  it('gives the checksum of the next one as soon as that is known, and keeps to the old one', () => {
    const policy = new Policy(rules)
    const next = signed(2, { enclaves: undefined })
    const expected = new Policy(rules).update(next, undefined)
    assert.deepEqual(policy.update(signed(1), next), expected)
    policy.checkMayQuery(client, runtimeId)
    for (const serial of [0, 1])
      assert.throws(() => policy.update(signed(1), signed(serial)), refuses('policy rollback'))
  })

  it('is believed if two of three have signed, each counted once, and nobody wrongly', () => {
    const take = (policy: SignedPolicySgx) => new Policy(rules).update(policy, undefined)
    const insufficient = refuses('insufficient signatures')
    for (const by of [[], [0], [0, 0], [2, 7], [7, 8]])
      assert.throws(() => take(signed(1, {}, by)), insufficient)
    for (const by of [
      [0, 1],
      [2, 0, 7],
      [0, 1, 2],
    ])
      assert.ok(take(signed(1, {}, by)))
    const good = signed(1, {}, [0, 1, 2])
    const broken = [
      ...good.signatures!.slice(0, 2),
      { ...good.signatures![2]!, signature: RawSignature.zero },
    ]
    assert.throws(() => take({ ...good, signatures: broken }), refuses('invalid signature'))
    const moved = { ...good, policy: { ...good.policy, serial: 2 } }
    assert.throws(() => take(moved), refuses('invalid signature'))
  })

  it('is needed, unless everybody is believed', () => {
    assert.throws(() => new Policy(rules).update(undefined, undefined), refuses('policy required'))
    const open = new Policy({ ...rules, access: 'for everybody' })
    assert.equal(open.update(undefined, undefined).length, 0)
    // One that is there is checked all the same.
    assert.throws(
      () => open.update(signed(1, {}, []), undefined),
      refuses('insufficient signatures'),
    )
  })
})
