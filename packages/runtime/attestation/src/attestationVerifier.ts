/** Verifying a node's evidence, all but the quote itself. */

import { equalBytes } from '@wadi/base/bytes'
import { CodedError, type ErrorMaker } from '@wadi/base/errors'
import { zero } from '@wadi/cbor/codec'
import type { TeeFeatures } from '@wadi/consensus/registry'
import { attestationDigest, rakHash } from '@wadi/consensus/registry/attestationDigest'
import {
  decodeSgxAttestation,
  SgxAttestation,
  type SgxConstraints,
} from '@wadi/consensus/registry/sgx'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { isValidSignature, type SignatureRules } from '@wadi/crypto/signature/verification'
import { HASH_SIZE } from '@wadi/primitives/hash'
import { TEE_HARDWARE } from '@wadi/primitives/node'
import {
  type AttestationRequest,
  errors,
  type VerifiedQuote,
  type VerifyAttestation,
  type VerifyQuote,
} from './contract.ts'
import { checkSgxConstraints, readSgxConstraints, withDefaults } from './sgxConstraints.ts'

const CONTEXT = contextOf(contexts.teeAttestation)

/** Who says what is in a quote, and who may not sign. */
export interface AttestationVerifierParts {
  readonly verifyQuote: VerifyQuote
  readonly signatures: SignatureRules
}

/** Reports what a decoder threw as `malformed`. */
function decoded<T>(malformed: ErrorMaker, decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    if (error instanceof CodedError) throw malformed(error.message)
    throw error
  }
}

function readAttestation(
  blob: Uint8Array | undefined,
  features: TeeFeatures | undefined,
): SgxAttestation {
  const attestation = decoded(errors.malformedAttestation, () =>
    blob === undefined ? zero(SgxAttestation) : decodeSgxAttestation(blob),
  )
  if (attestation.v !== 0 && features?.sgx.pcs !== true)
    throw errors.malformedAttestation(`unsupported SGX attestation version: ${attestation.v}`)
  return attestation
}

function readConstraints(request: AttestationRequest): SgxConstraints {
  const constraints = decoded(errors.malformedConstraints, () =>
    readSgxConstraints(request.constraints),
  )
  checkSgxConstraints(constraints, request)
  return withDefaults(constraints, request.features)
}

/** Is the enclave one of those that may run the deployment, and is the node's key the enclave's? */
function checkEnclave(
  { enclaves }: SgxConstraints,
  { identity, reportData }: VerifiedQuote,
  { capability }: AttestationRequest,
): void {
  const isListed = enclaves.some(
    ({ mrEnclave, mrSigner }) =>
      equalBytes(mrEnclave, identity.mrEnclave) && equalBytes(mrSigner, identity.mrSigner),
  )
  if (!isListed) throw errors.badEnclaveIdentity()
  if (!equalBytes(reportData.subarray(0, HASH_SIZE), rakHash(capability.rak)))
    throw errors.rakHashMismatch()
}

/** Did the enclave sign the evidence, for this node and not long ago? */
function checkSignature(
  { height, signature }: SgxAttestation,
  digest: Uint8Array,
  request: AttestationRequest & { readonly ageMax: bigint; readonly rules: SignatureRules },
): void {
  const { capability, rules, ageMax } = request
  const signed = { context: CONTEXT, message: digest, publicKey: capability.rak, signature }
  if (!isValidSignature(rules, signed)) throw errors.invalidSignature()
  if (height > request.height) throw errors.fromFuture()
  const age = request.height - height
  if (age > ageMax) throw errors.notFresh(`age: ${age} max: ${ageMax}`)
}

/** Verifies evidence with whoever knows quotes. */
export function attestationVerifier({
  verifyQuote,
  signatures: rules,
}: AttestationVerifierParts): VerifyAttestation {
  return (request) => {
    const { capability, features, nodeId, time } = request
    if (capability.hardware !== TEE_HARDWARE.intelSgx) throw errors.invalidTeeHardware()
    const attestation = readAttestation(capability.attestation, features)
    const constraints = readConstraints(request)
    const { quote } = attestation
    if ((quote.ias === undefined) === (quote.pcs === undefined)) throw errors.quoteKind()
    const verified = verifyQuote({ quote, policy: constraints.policy, time })
    checkEnclave(constraints, verified, request)
    if (features?.sgx.signedAttestations !== true) return
    const { height } = attestation
    const { reportData } = verified
    const digest = attestationDigest({ reportData, nodeId, height, rek: capability.rek })
    const ageMax = constraints.maxAttestationAge
    checkSignature(attestation, digest, { ...request, ageMax, rules })
  }
}
