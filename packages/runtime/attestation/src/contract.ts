/** Whether a node really runs in the enclave that it names: what is asked, and who answers. */

import { definePlainErrors } from '@wadi/base/errors'
import type { TeeFeatures } from '@wadi/consensus/registry'
import type { QuotePolicy } from '@wadi/consensus/registry/quotePolicy'
import type { Quote } from '@wadi/consensus/registry/sgx'
import type { EnclaveIdentity } from '@wadi/primitives/enclaveIdentity'
import type { Moment } from '@wadi/primitives/moment'
import type { CapabilityTee } from '@wadi/primitives/node'
import type { PublicKey } from '@wadi/primitives/publicKey'

/** COMPAT(oasis-core): the reference's refusals of evidence have no code. */
export const errors = definePlainErrors('attestation', {
  invalidTeeHardware: 'invalid TEE implementation',
  malformedAttestation: 'malformed SGX attestation',
  malformedConstraints: 'malformed SGX constraints',
  allowedPlatforms: 'fmspc whitelist should be empty',
  quoteKind: 'exactly one quote kind must be set',
  badEnclaveIdentity: 'bad TEE enclave identity',
  rakHashMismatch: 'RAK hash mismatch',
  invalidSignature: 'invalid TEE attestation signature',
  fromFuture: 'TEE attestation from the future',
  notFresh: 'TEE attestation not fresh enough',
  quoteVerificationUnsupported: 'evidence of enclaves cannot be verified here',
})

/** A node's evidence, and everything that it is measured by. */
export interface AttestationRequest {
  readonly nodeId: PublicKey
  readonly capability: CapabilityTee
  /** The constraints of the runtime's deployment, encoded. */
  readonly constraints: Uint8Array | undefined
  readonly features: TeeFeatures | undefined
  /** The time in the header of the block. */
  readonly time: Moment
  /** Of the last committed block. */
  readonly height: bigint
  /** May a policy list the platforms that it allows? */
  readonly hasFmspcAllowList: boolean
}

/** Returns if the evidence is good; else it throws. */
export type VerifyAttestation = (request: AttestationRequest) => void

/** A quote of one of the two kinds, and what it has to satisfy. */
export interface QuoteRequest {
  readonly quote: Quote
  /** The deployment's policy, completed by the network's. */
  readonly policy: QuotePolicy | undefined
  readonly time: Moment
}

/** What a good quote says. */
export interface VerifiedQuote {
  readonly identity: EnclaveIdentity
  /** 64 bytes that the enclave chose. */
  readonly reportData: Uint8Array
}

/** Who knows Intel's formats and keys: what the quote says if it is good; else it throws. */
export type VerifyQuote = (request: QuoteRequest) => VerifiedQuote

/** Refuses all quotes: nothing here can verify one. */
export const refuseQuotes: VerifyQuote = () => {
  throw errors.quoteVerificationUnsupported()
}

/** Refuses all evidence. */
export const refuseAttestations: VerifyAttestation = () => {
  throw errors.quoteVerificationUnsupported()
}
