import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, parseHex } from '@wadi/base/bytes'
import { encode, make } from '@wadi/cbor/codec'
import { TeeFeatures, TeeFeaturesSgx } from '@wadi/consensus/registry'
import { attestationDigest, rakHash } from '@wadi/consensus/registry/attestationDigest'
import { IasQuotePolicy, PcsQuotePolicy } from '@wadi/consensus/registry/quotePolicy'
import {
  encodeSgxAttestation,
  encodeSgxConstraints,
  IasReport,
  PcsQuote,
  SgxAttestation,
  SgxConstraints,
} from '@wadi/consensus/registry/sgx'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import { signatureRules } from '@wadi/crypto/signature/verification'
import { MrEnclave, MrSigner } from '@wadi/primitives/enclaveIdentity'
import { CapabilityTee } from '@wadi/primitives/node'
import { PublicKey } from '@wadi/primitives/publicKey'
import { RawSignature } from '@wadi/primitives/signed'
import { attestationVerifier } from './attestationVerifier.ts'
import {
  type AttestationRequest,
  type QuoteRequest,
  refuseAttestations,
  refuseQuotes,
} from './contract.ts'

const signer = createTestSigner('node', 'rak')
const rak = PublicKey.check(signer.publicKey)
const nodeId = PublicKey.check(new Uint8Array(32).fill(7))
const identity = {
  mrEnclave: MrEnclave.check(new Uint8Array(32).fill(1)),
  mrSigner: MrSigner.check(new Uint8Array(32).fill(2)),
}
const other = { ...identity, mrSigner: MrSigner.check(new Uint8Array(32).fill(3)) }
const reportData = concatBytes(rakHash(rak), new Uint8Array(32).fill(9))
const pcs = { ias: undefined, pcs: make(PcsQuote, {}) }

function sign(height: bigint, id = nodeId): RawSignature {
  const digest = attestationDigest({ reportData, nodeId: id, height, rek: undefined })
  return RawSignature.check(signer.sign(contextOf(contexts.teeAttestation), digest))
}

/** What a node shows and what is asked of it; good unless told otherwise. */
interface Case {
  readonly attestation?: Partial<SgxAttestation>
  readonly constraints?: Partial<SgxConstraints>
  readonly sgx?: Partial<TeeFeaturesSgx>
  readonly request?: Partial<AttestationRequest>
  readonly quoted?: { readonly identity: typeof identity; readonly reportData: Uint8Array }
}

/** Verifies, and gives what the one who knows quotes was asked. */
function verify({ attestation, constraints, sgx, request, quoted }: Case = {}): QuoteRequest {
  const asked: QuoteRequest[] = []
  const evidence = make(SgxAttestation, {
    v: 1,
    quote: pcs,
    height: 95n,
    signature: sign(95n),
    ...attestation,
  })
  const demanded = make(SgxConstraints, { v: 1, enclaves: [identity], ...constraints })
  const features = { pcs: true, signedAttestations: true, maxAttestationAge: 5n, ...sgx }
  const verifier = attestationVerifier({
    signatures: signatureRules(forbidKeys()),
    verifyQuote: (question) => {
      asked.push(question)
      return quoted ?? { identity, reportData }
    },
  })
  verifier({
    nodeId,
    capability: make(CapabilityTee, {
      hardware: 1,
      rak,
      attestation: encodeSgxAttestation(evidence),
    }),
    constraints: encodeSgxConstraints(demanded),
    features: make(TeeFeatures, { sgx: make(TeeFeaturesSgx, features) }),
    time: { seconds: 1n, nanoseconds: 0 },
    height: 100n,
    hasFmspcAllowList: true,
    ...request,
  })
  return asked[0]!
}

function refuses(reason: string, given: Case): void {
  assert.throws(() => verify(given), { module: 'unknown', reason: `attestation.${reason}` })
}

describe('evidence of an enclave', () => {
  it("is good if the quote is, the enclave is listed, and the key is the enclave's", () => {
    assert.deepEqual(verify().quote, pcs)
  })

  it('is for SGX hardware', () => {
    for (const hardware of [0, 2])
      refuses('invalidTeeHardware', { request: { capability: make(CapabilityTee, { hardware }) } })
  })

  it('can be read, as can the constraints', () => {
    const capability = make(CapabilityTee, { hardware: 1, rak })
    for (const attestation of [Uint8Array.of(1), parseHex('a1617602')])
      refuses('malformedAttestation', { request: { capability: { ...capability, attestation } } })
    refuses('malformedConstraints', { request: { constraints: Uint8Array.of(1) } })
  })

  it('has one quote of two kinds', () => {
    const ias = make(IasReport, {})
    refuses('quoteKind', { attestation: { quote: { ias: undefined, pcs: undefined } } })
    refuses('quoteKind', { attestation: { quote: { ...pcs, ias } } })
    const capability = make(CapabilityTee, { hardware: 1, rak })
    refuses('quoteKind', { request: { capability } })
  })

  it('is of the first version where the network does not know PCS', () => {
    const old = { pcs: false, signedAttestations: false }
    refuses('malformedAttestation', { sgx: old })
    const attestation = encode(IasReport, make(IasReport, {}))
    const capability = make(CapabilityTee, { hardware: 1, rak, attestation })
    refuses('malformedConstraints', { sgx: old, request: { capability } })
    const given = { sgx: old, constraints: { v: 0 }, request: { capability } }
    assert.notEqual(verify(given).quote.ias, undefined)
    assert.notEqual(
      verify({ ...given, request: { capability, features: undefined } }).quote.ias,
      undefined,
    )
  })

  it('is measured by constraints that list platforms only from 26.1 on', () => {
    const listing = make(PcsQuotePolicy, { fmspcWhitelist: ['00606A000000'] })
    const policy = { ias: undefined, pcs: listing }
    verify({ constraints: { policy } })
    refuses('allowedPlatforms', { constraints: { policy }, request: { hasFmspcAllowList: false } })
  })

  it('is of an enclave that the deployment lists, in both parts', () => {
    refuses('badEnclaveIdentity', { quoted: { identity: other, reportData } })
    refuses('badEnclaveIdentity', { constraints: { enclaves: [] } })
    verify({ constraints: { enclaves: [other, identity] } })
  })

  it('has the hash of the key in the first half of the report data, and anything behind', () => {
    const wrong = reportData.map((byte, i) => (i === 31 ? byte ^ 1 : byte))
    refuses('rakHashMismatch', { quoted: { identity, reportData: wrong } })
    const rest = reportData.map((byte, i) => (i < 32 ? byte : 0))
    verify({ quoted: { identity, reportData: rest }, sgx: { signedAttestations: false } })
  })

  it('is signed by the enclave for the node, where the network asks for that', () => {
    const elsewhere = { signature: sign(95n, rak) }
    refuses('invalidSignature', { attestation: elsewhere })
    verify({ attestation: elsewhere, sgx: { signedAttestations: false } })
  })

  it('is neither from the future nor too old', () => {
    const at = (height: bigint): Case => ({ attestation: { height, signature: sign(height) } })
    verify(at(100n))
    refuses('fromFuture', at(101n))
    refuses('notFresh', at(94n))
    verify({ ...at(94n), constraints: { maxAttestationAge: 6n } })
    refuses('notFresh', { ...at(96n), constraints: { maxAttestationAge: 3n } })
  })

  it("is measured by the network's policy where the deployment has none", () => {
    const own = { ias: make(IasQuotePolicy, { disabled: true }), pcs: make(PcsQuotePolicy, {}) }
    const network = { ias: make(IasQuotePolicy, {}), pcs: make(PcsQuotePolicy, { disabled: true }) }
    const policyOf = (
      policy: SgxConstraints['policy'],
      defaultPolicy: typeof network | undefined,
    ) => verify({ constraints: { policy }, sgx: { defaultPolicy } }).policy
    assert.equal(policyOf(undefined, undefined), undefined)
    assert.deepEqual(policyOf(undefined, network), network)
    assert.deepEqual(policyOf(own, network), own)
    const half = { ias: own.ias, pcs: undefined }
    assert.deepEqual(policyOf(half, network), { ias: own.ias, pcs: network.pcs })
    assert.deepEqual(policyOf(half, undefined), half)
  })

  it('is refused where nobody knows quotes', () => {
    const request = {} as AttestationRequest
    for (const refuse of [
      () => refuseAttestations(request),
      () => refuseQuotes({ quote: pcs, policy: undefined, time: { seconds: 0n, nanoseconds: 0 } }),
    ])
      assert.throws(refuse, { reason: 'attestation.quoteVerificationUnsupported' })
  })
})
