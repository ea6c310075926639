import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make, zero } from '@wadi/cbor/codec'
import {
  ComputeResultsHeader,
  type ExecutorCommitment,
  ExecutorCommitmentHeader,
  FAILURES,
  type ProposalHeader,
} from '@wadi/consensus/roothash/commitments'
import { Message } from '@wadi/consensus/roothash/messages'
import { Evidence } from '@wadi/consensus/roothash/methods'
import { hashOfBytes } from '@wadi/primitives/hash'
import { PublicKey } from '@wadi/primitives/publicKey'
import { RawSignature } from '@wadi/primitives/signed'
import {
  RUNTIME_ID,
  SIGNATURES,
  testHash,
  testKey,
  testResults,
  testSigner,
} from '../testing/testCommittee.ts'
import { verifyEvidence } from './equivocation.ts'
import { commitmentContext, signCommitment } from './executorCommitment.ts'
import { signProposal } from './proposal.ts'

const signer = testSigner('node')
const NODE_ID = PublicKey.check(signer.publicKey)
const refusal = { module: 'roothash', code: 10 }

function committed(
  header: ComputeResultsHeader,
  fields: Partial<ExecutorCommitmentHeader> = {},
  by = signer,
): ExecutorCommitment {
  const context = commitmentContext(SIGNATURES.chainContext, RUNTIME_ID)
  const whole = make(ExecutorCommitmentHeader, { ...fields, header })
  return signCommitment(by, context, { header: whole, messages: [] })
}

function verifyPair(commitA: ExecutorCommitment, commitB: ExecutorCommitment) {
  const equivocationExecutor = { commitA, commitB }
  return verifyEvidence(SIGNATURES, make(Evidence, { id: RUNTIME_ID, equivocationExecutor }))
}

const round = 4n
const a = committed(testResults('a', { round }))
const b = committed(testResults('b', { round }))
const noResults = make(ComputeResultsHeader, { round })
const failure = committed(noResults, { failure: FAILURES.unknown })

describe('two commitments', () => {
  it('that differ in a result are evidence', () => {
    const evidenceHash = hashOfBytes(Uint8Array.of(1, ...NODE_ID))
    assert.deepEqual(verifyPair(a, b), { nodeId: NODE_ID, round, evidenceHash })
  })

  it('of which one is a failure, or which fail for two reasons, are evidence', () => {
    verifyPair(a, failure)
    verifyPair(failure, committed(noResults, { failure: FAILURES.stateUnavailable }))
    assert.throws(() => verifyPair(failure, failure), refusal)
  })

  it('that say the same are none, and incoming messages are not compared', () => {
    assert.throws(() => verifyPair(a, a), refusal)
    const changes = { round, inMsgsHash: testHash('other'), inMsgsCount: 1 }
    assert.throws(() => verifyPair(a, committed(testResults('a', changes))), refusal)
  })

  it('of two nodes, schedulers or rounds are none', () => {
    const results = testResults('b', { round })
    assert.throws(() => verifyPair(a, committed(results, {}, testSigner('other'))), refusal)
    assert.throws(() => verifyPair(a, committed(results, { schedulerId: testKey('s') })), refusal)
    assert.throws(() => verifyPair(a, committed(testResults('b', { round: 5n }))), refusal)
  })

  it('are bare, well formed and signed', () => {
    assert.throws(() => verifyPair(a, { ...b, messages: [zero(Message)] }), refusal)
    const incomplete = committed(testResults('b', { round, ioRoot: undefined }))
    assert.throws(() => verifyPair(a, incomplete), refusal)
    assert.throws(() => verifyPair(incomplete, a), refusal)
    assert.throws(() => verifyPair(a, { ...b, sig: a.sig }), refusal)
    assert.throws(() => verifyPair({ ...a, sig: b.sig }, b), refusal)
  })
})

describe('two proposals', () => {
  const header = { round, previousHash: testHash('block'), batchHash: testHash('batch') }
  const proposed = (changes: Partial<ProposalHeader>, by = signer) =>
    signProposal(by, SIGNATURES, { header: { ...header, ...changes }, batch: [] })
  const propA = proposed({})
  const propB = proposed({ batchHash: testHash('other') })
  const verify = (propB: typeof propA) =>
    verifyEvidence(
      SIGNATURES,
      make(Evidence, { id: RUNTIME_ID, equivocationProp: { propA, propB } }),
    )

  it('of another batch or upon another block are evidence, remembered as of one kind', () => {
    const { evidenceHash } = verifyPair(a, b)
    assert.deepEqual(verify(propB), { nodeId: NODE_ID, round, evidenceHash })
    verify(proposed({ previousHash: testHash('fork') }))
  })

  it('that are equal, of two nodes or of two rounds are none', () => {
    assert.throws(() => verify(propA), refusal)
    assert.throws(() => verify(proposed({ batchHash: testHash('c') }, testSigner('x'))), refusal)
    assert.throws(() => verify(proposed({ round: 5n })), refusal)
  })

  it('are bare and signed', () => {
    assert.throws(() => verify({ ...propB, batch: [testHash('t')] }), refusal)
    const batchSig = RawSignature.check(new Uint8Array(64))
    assert.throws(() => verify({ ...propB, batchSig }), refusal)
    assert.throws(() => verify({ ...propB, sig: propA.sig }), refusal)
  })

  it('do not go with commitments, and nothing is no evidence', () => {
    const equivocationExecutor = { commitA: a, commitB: b }
    const equivocationProp = { propA, propB }
    const both = make(Evidence, { id: RUNTIME_ID, equivocationExecutor, equivocationProp })
    assert.throws(() => verifyEvidence(SIGNATURES, both), refusal)
    const neither = make(Evidence, { id: RUNTIME_ID })
    assert.throws(() => verifyEvidence(SIGNATURES, neither), refusal)
  })
})
