import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { encode, make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import { Parameters, VrfParameters, VrfState } from '@wadi/consensus/beacon'
import { VrfProve } from '@wadi/consensus/beacon/methods'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { signatureRules } from '@wadi/crypto/signature/verification'
import { PublicKey } from '@wadi/primitives/publicKey'
import type { Gas } from '@wadi/primitives/transaction'
import { type Context, signedBy } from '../../kernel/context.ts'
import { type TestOptions, testContext } from '../../testing/testContext.ts'
import { putNode, testKey, testNode, testVrfSigner } from '../../testing/testNodes.ts'
import { vrfStateOf } from '../queries.ts'
import { setParameters, setVrfState } from '../state.ts'
import { vrfProve } from './vrfProve.ts'

const plain = { module: 'unknown', code: 1 }
const alpha = toUtf8('alpha')
const prover = testVrfSigner(1)
const vrfId = PublicKey.check(prover.publicKey)
const gasCosts = keyedMap(text, [['vrf_prove', 7n as Gas]])

/** Block 11 of an epoch in which node 1 may prove from block 11 on. */
function round(fields: Partial<VrfState> = {}, options: TestOptions = {}): Context {
  const ctx = signedBy(testContext(options), testKey(1))
  const vrfParameters = make(VrfParameters, { gasCosts })
  setParameters(ctx.state, make(Parameters, { backend: 'vrf', vrfParameters }))
  setVrfState(ctx.state, make(VrfState, { epoch: 5n, alpha, submitAfter: 10n, ...fields }))
  putNode(ctx.state, testNode(1, { vrf: { id: vrfId } }))
  return ctx
}

function prove(ctx: Context, fields: Partial<VrfProve> = {}): void {
  vrfProve(ctx, encode(VrfProve, { epoch: 5n, pi: prover.prove(alpha), ...fields }))
}

function refusal(reason: string) {
  return { ...plain, reason: `beacon.${reason}` }
}

describe('beacon.VRFProve', () => {
  it('keeps the proof under the node, with the key that made it', () => {
    const ctx = round()
    prove(ctx)
    const proofs = [...(vrfStateOf(ctx.state)?.pi ?? [])]
    assert.deepEqual(proofs, [
      [testKey(1), { publicKey: prover.publicKey, proof: prover.prove(alpha) }],
    ])
    assert.equal(ctx.gas.used, 7n)
    assert.deepEqual(ctx.events, [])
  })

  it('does not exist without proofs, and costs nothing then', () => {
    const ctx = round()
    setParameters(ctx.state, make(Parameters, { backend: 'insecure' }))
    assert.throws(() => prove(ctx), refusal('invalidMethod'))
    assert.equal(ctx.gas.used, 0n)
  })

  it('is premature before and at the height after which nodes may prove', () => {
    for (const submitAfter of [11n, 12n])
      assert.throws(() => prove(round({ submitAfter })), refusal('prematureProof'))
  })

  it('is for nodes only', () => {
    assert.throws(() => prove(signedBy(round(), testKey(2))), refusal('notANode'))
  })

  it('looks at the body after the node, and refuses a malformed one as beacon/1', () => {
    const malformed = Uint8Array.of(0x01)
    assert.throws(() => vrfProve(round(), malformed), { module: 'beacon', code: 1 })
    assert.throws(() => vrfProve(signedBy(round(), testKey(2)), malformed), refusal('notANode'))
    assert.throws(() => vrfProve(round({ submitAfter: 11n }), malformed), refusal('prematureProof'))
  })

  it('refuses proofs of another epoch', () => {
    for (const epoch of [4n, 6n])
      assert.throws(() => prove(round(), { epoch }), refusal('wrongEpoch'))
  })

  it('refuses what is no proof: of 79 or 81 bytes, none, or over something else', () => {
    for (const pi of [new Uint8Array(79), new Uint8Array(81), undefined])
      assert.throws(() => prove(round(), { pi }), refusal('malformedProof'))
    assert.throws(() => prove(round(), { pi: new Uint8Array(80) }), refusal('invalidProof'))
    const other = { pi: prover.prove(toUtf8('beta')) }
    assert.throws(() => prove(round(), other), refusal('invalidProof'))
  })

  it('refuses keys that may not sign', () => {
    const signatures = signatureRules(forbidKeys([vrfId]))
    assert.throws(() => prove(round({}, { signatures })), refusal('invalidProof'))
  })

  it('takes a proof again, but none that proves something else than before', () => {
    const ctx = round()
    prove(ctx)
    prove(ctx)
    const other = testVrfSigner(2)
    putNode(ctx.state, testNode(1, { vrf: { id: PublicKey.check(other.publicKey) } }))
    assert.throws(() => prove(ctx, { pi: other.prove(alpha) }), refusal('differentProof'))
  })

  it('needs a round of proofs', () => {
    const ctx = signedBy(testContext(), testKey(1))
    setParameters(
      ctx.state,
      make(Parameters, { backend: 'vrf', vrfParameters: make(VrfParameters, {}) }),
    )
    assert.throws(() => prove(ctx), refusal('noVrfState'))
  })

  it('when checked does everything but keep the proof, and when simulated only uses gas', () => {
    const checked = round({}, { mode: 'checkTx' })
    prove(checked)
    assert.throws(() => prove(checked, { epoch: 6n }), refusal('wrongEpoch'))
    const simulated = round({ submitAfter: 99n }, { mode: 'simulate' })
    prove(simulated)
    for (const ctx of [checked, simulated]) {
      assert.equal(vrfStateOf(ctx.state)?.pi.size, 0)
      assert.ok(ctx.gas.used >= 7n)
    }
  })
})
