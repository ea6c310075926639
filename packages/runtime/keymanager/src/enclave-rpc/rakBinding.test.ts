import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { refuseQuotes, type VerifiedQuote } from '@wadi/attestation/contract'
import { CodedError } from '@wadi/base/errors'
import { encodeRust, make } from '@wadi/cbor/codec'
import { attestationDigest, rakHash } from '@wadi/consensus/registry/attestationDigest'
import { QuotePolicy } from '@wadi/consensus/registry/quotePolicy'
import {
  encodeSgxAttestation,
  IasReport,
  Quote,
  SgxAttestation,
} from '@wadi/consensus/registry/sgx'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import { type EnclaveIdentity, MrEnclave, MrSigner } from '@wadi/primitives/enclaveIdentity'
import { CapabilityTee, type EndorsedCapabilityTee, TEE_HARDWARE } from '@wadi/primitives/node'
import { PublicKey, X25519PublicKey } from '@wadi/primitives/publicKey'
import { RawSignature } from '@wadi/primitives/signed'
import fc from 'fast-check'
import { bindByEndorsement, type Demands, RakBinding, verifyBinding } from './rakBinding.ts'

const rak = createTestSigner('node', 'the enclave')
const rakKey = PublicKey.check(rak.publicKey)
const node = createTestSigner('node', 'the node')
const nodeId = PublicKey.check(node.publicKey)
const localStatic = new Uint8Array(32).fill(7)
const binding = RawSignature.check(rak.sign(contextOf(contexts.rakRpcBinding), localStatic))

const identity: EnclaveIdentity = {
  mrEnclave: MrEnclave.check(new Uint8Array(32).fill(1)),
  mrSigner: MrSigner.check(new Uint8Array(32).fill(2)),
}
const other: EnclaveIdentity = { ...identity, mrSigner: MrSigner.zero }
const reportData = new Uint8Array(64)
reportData.set(rakHash(rakKey))
const quote = make(Quote, { ias: make(IasReport, { body: new Uint8Array(3) }) })

/** Every quote is good, and says this. */
function demandsOf(said: Partial<VerifiedQuote>, change: Partial<Demands> = {}): Demands {
  return {
    enclaves: [other, identity],
    policy: make(QuotePolicy, {}),
    verifyQuote: () => ({ identity, reportData, ...said }),
    now: () => ({ seconds: 1n, nanoseconds: 0 }),
    ...change,
  }
}
const GOOD = demandsOf({})

const shown = (fields: Partial<RakBinding>) => encodeRust(RakBinding, make(RakBinding, fields))
const byQuote = shown({ v: 1, rakPub: rakKey, binding, quote })

function endorsed(change: Partial<CapabilityTee> = {}, height = 5n): EndorsedCapabilityTee {
  const rek = X25519PublicKey.check(new Uint8Array(32).fill(4))
  const digest = attestationDigest({ reportData, nodeId, height, rek })
  const signature = RawSignature.check(rak.sign(contextOf(contexts.teeAttestation), digest))
  const attestation = encodeSgxAttestation(
    make(SgxAttestation, { v: 1, quote, height: 5n, signature }),
  )
  const hardware = TEE_HARDWARE.intelSgx
  const capabilityTee = make(CapabilityTee, { hardware, rak: rakKey, rek, attestation, ...change })
  const message = encodeRust(CapabilityTee, capabilityTee)
  const word = node.sign(contextOf(contexts.endorseTeeCapability), message)
  return {
    capabilityTee,
    nodeEndorsement: { publicKey: nodeId, signature: RawSignature.check(word) },
  }
}

const verify = (bytes: Uint8Array, demands = GOOD) => verifyBinding(bytes, localStatic, demands)
const refuses = (message: string) => ({ message })

describe('what an enclave shows', () => {
  it('names the enclave, by a quote or by the word of its node', () => {
    assert.deepEqual(verify(byQuote), { identity, rak: rakKey, endorsedBy: undefined })
    const byNode = bindByEndorsement(rak, endorsed(), localStatic)
    assert.deepEqual(verify(byNode), { identity, rak: rakKey, endorsedBy: nodeId })
    const old = shown({ rakPub: rakKey, binding, avr: quote.ias })
    assert.deepEqual(verify(old), { identity, rak: rakKey, endorsedBy: undefined })
  })

  it('may be nothing, unless it has to be one of some enclaves', () => {
    assert.equal(verify(new Uint8Array(0), demandsOf({}, { enclaves: undefined })), undefined)
    const wrong = refuses('mismatched enclave identity')
    for (const enclaves of [[], [identity]])
      assert.throws(() => verify(new Uint8Array(0), demandsOf({}, { enclaves })), wrong)
  })

  it('is refused if it is not what was asked for', () => {
    const none = demandsOf({}, { policy: undefined })
    assert.throws(() => verify(byQuote, none), refuses('missing quote policy'))
    const wrong = refuses('mismatched enclave identity')
    assert.throws(() => verify(byQuote, demandsOf({}, { enclaves: [other] })), wrong)
    assert.throws(() => verify(byQuote, demandsOf({}, { enclaves: [] })), wrong)
    const foreign = demandsOf({ reportData: new Uint8Array(64) })
    assert.throws(() => verify(byQuote, foreign), refuses('RAK binding mismatch'))
    const moved = () => verifyBinding(byQuote, new Uint8Array(32), GOOD)
    assert.throws(moved, refuses('invalid signature'))
    assert.throws(() => verify(byQuote, demandsOf({}, { verifyQuote: refuseQuotes })), /evidence/)
  })

  it('is refused if the word of the node is not what it seems', () => {
    const bind = (ect: EndorsedCapabilityTee) => bindByEndorsement(rak, ect, localStatic)
    const { capabilityTee, nodeEndorsement } = endorsed()
    const altered = { capabilityTee: { ...capabilityTee, rek: undefined }, nodeEndorsement }
    const invalid = refuses('invalid node endorsement signature')
    assert.throws(() => verify(bind(altered)), invalid)
    assert.throws(() => verify(bind(endorsed({ rek: undefined }))), refuses('missing REK'))
    assert.throws(() => verify(bind(endorsed({ hardware: 0 }))), refuses('invalid TEE hardware'))
    assert.throws(() => verify(bind(endorsed({}, 6n))), refuses('invalid signature'))
    const old = encodeSgxAttestation(make(SgxAttestation, { quote }))
    const v0 = refuses('V0 attestation not supported')
    assert.throws(() => verify(bind(endorsed({ attestation: old }))), v0)
  })

  it('of a version has the fields of that version', () => {
    const ect = endorsed()
    for (const fields of [
      { v: 0, rakPub: rakKey, quote },
      { v: 1, rakPub: rakKey },
      { v: 1, quote },
      { v: 1, rakPub: rakKey, quote, ect },
      { v: 2, rakPub: rakKey, ect },
      { v: 2 },
      { v: 3, rakPub: rakKey, quote },
    ])
      assert.throws(() => verify(shown({ binding, ...fields })), refuses('invalid input'))
  })

  it('of any shape is refused with a reason', () => {
    const damaged = fc
      .tuple(
        fc.constantFrom(byQuote, bindByEndorsement(rak, endorsed(), localStatic)),
        fc.nat(),
        fc.nat({ max: 255 }),
      )
      .map(([bytes, at, byte]) => bytes.with(at % bytes.length, byte))
    const any = fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 60 }), damaged)
    fc.assert(
      fc.property(any, (bytes) => {
        try {
          assert.deepEqual(verify(bytes)?.identity, identity)
        } catch (error) {
          assert.ok(error instanceof CodedError, String(error))
        }
      }),
      { numRuns: 80 },
    )
  })
})
