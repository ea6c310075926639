import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { encode, make, zero } from '@wadi/cbor/codec'
import {
  ComputeResultsHeader,
  ExecutorCommitment,
  ExecutorCommitmentHeader,
  FAILURES,
} from '@wadi/consensus/roothash/commitments'
import { Message } from '@wadi/consensus/roothash/messages'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { EMPTY_HASH, hashOf } from '@wadi/primitives/hash'
import { PublicKey } from '@wadi/primitives/publicKey'
import { RawSignature } from '@wadi/primitives/signed'
import {
  OTHER_RUNTIME_ID,
  SIGNATURES,
  testKey,
  testResults,
  testSigner,
} from '../testing/testCommittee.ts'
import {
  checkCommitment,
  commitmentContext,
  isSignedByRak,
  resultsOf,
  signCommitment,
  verifyCommitmentSignature,
  voteOf,
} from './executorCommitment.ts'

const plain = (reason: string) => ({ module: 'unknown', code: 1, reason })

function commitmentTo(
  header: Partial<ComputeResultsHeader>,
  fields: Partial<ExecutorCommitmentHeader> = {},
): ExecutorCommitment {
  const results = make(ComputeResultsHeader, header)
  const inner = make(ExecutorCommitmentHeader, { ...fields, header: results })
  return make(ExecutorCommitment, { header: inner })
}

const good = commitmentTo(testResults('x'))
const failed = commitmentTo({}, { failure: FAILURES.stateUnavailable })

describe('a vote', () => {
  it('is the hash of the results, as in the reference', () => {
    const populated = commitmentTo({
      round: 42n,
      previousHash: hashOf(ComputeResultsHeader, zero(ComputeResultsHeader)),
      ioRoot: EMPTY_HASH,
      stateRoot: EMPTY_HASH,
      messagesHash: EMPTY_HASH,
      inMsgsHash: EMPTY_HASH,
    })
    const known = '8459a9e6e3341cd2df5ada5737469a505baf92397aaa88b7100915324506d843'
    assert.equal(toHex(voteOf(populated)), known)
  })

  it('does not depend on who commits and which enclave signs', () => {
    const rakSig = RawSignature.check(new Uint8Array(64))
    const other = commitmentTo(testResults('x'), { schedulerId: testKey('a'), rakSig })
    assert.deepEqual(voteOf({ ...other, nodeId: testKey('b') }), voteOf(good))
  })
})

describe('a commitment to a result', () => {
  it('needs all four hashes', () => {
    checkCommitment(good)
    assert.deepEqual(resultsOf(good), good.header.header)
    for (const name of ['ioRoot', 'stateRoot', 'messagesHash', 'inMsgsHash'] as const) {
      const lacking = commitmentTo(testResults('x', { [name]: undefined }))
      const refusal = plain('executorCommitment.missingResult')
      assert.throws(() => checkCommitment(lacking), refusal, name)
    }
  })

  it('has no bad messages', () => {
    const withMessage = { ...good, messages: [zero(Message)] }
    assert.throws(() => checkCommitment(withMessage), plain('runtimeMessage.empty'))
  })
})

describe('a commitment to a failure', () => {
  it('has nothing else', () => {
    checkCommitment(failed)
    checkCommitment(commitmentTo({}, { failure: FAILURES.unknown }))
    const { unknown: failure } = FAILURES
    const rakSig = RawSignature.check(new Uint8Array(64))
    const refused = [
      commitmentTo({ ioRoot: EMPTY_HASH }, { failure }),
      commitmentTo({ stateRoot: EMPTY_HASH }, { failure }),
      commitmentTo({ messagesHash: EMPTY_HASH }, { failure }),
      commitmentTo({ inMsgsHash: EMPTY_HASH }, { failure }),
      commitmentTo({ inMsgsCount: 1 }, { failure }),
      commitmentTo({}, { failure, rakSig }),
      { ...failed, messages: [zero(Message)] },
    ]
    for (const commitment of refused) {
      const refusal = plain('executorCommitment.failureWithResult')
      assert.throws(() => checkCommitment(commitment), refusal)
    }
  })

  it('has a known reason', () => {
    const unknown = commitmentTo({}, { failure: 3 })
    assert.throws(() => checkCommitment(unknown), plain('executorCommitment.unknownFailure'))
  })
})

describe("a commitment's signature", () => {
  const { chainContext, runtimeId, rules } = SIGNATURES
  const context = commitmentContext(chainContext, runtimeId)
  const signed = signCommitment(testSigner('node'), context, { header: good.header, messages: [] })

  it('is for one runtime and one chain', () => {
    const name = `oasis-core/roothash: executor commitment for runtime ${toHex(runtimeId)}`
    assert.equal(context.text, `${name} for chain ${chainContext}`)
    verifyCommitmentSignature(SIGNATURES, signed)
    const elsewhere = [
      { ...SIGNATURES, runtimeId: OTHER_RUNTIME_ID },
      { ...SIGNATURES, chainContext: 'c1'.repeat(32) },
    ]
    for (const place of elsewhere) {
      const refusal = plain('executorCommitment.verificationFailed')
      assert.throws(() => verifyCommitmentSignature(place, signed), refusal)
    }
  })

  it('is by the node and over the header', () => {
    const other = PublicKey.check(testSigner('other').publicKey)
    for (const changed of [
      { ...signed, nodeId: other },
      { ...signed, header: { ...signed.header, schedulerId: other } },
    ]) {
      const refusal = plain('executorCommitment.verificationFailed')
      assert.throws(() => verifyCommitmentSignature(SIGNATURES, changed), refusal)
    }
  })

  it('of the enclave is over the results alone', () => {
    const rak = testSigner('rak')
    const key = PublicKey.check(rak.publicKey)
    const message = encode(ComputeResultsHeader, good.header.header)
    const sig = rak.sign(contextOf(contexts.computeResultsHeader), message)
    const header = { ...good.header, rakSig: RawSignature.check(sig) }
    assert.ok(isSignedByRak(rules, header, key))
    assert.ok(isSignedByRak(rules, { ...header, schedulerId: testKey('a') }, key))
    assert.ok(!isSignedByRak(rules, header, testKey('a')))
    assert.ok(!isSignedByRak(rules, good.header, key))
  })
})
