/** What a runtime demands of enclaves, and what an enclave shows. Kept encoded in descriptors. */

import { CodedError } from '@wadi/base/errors'
import { decode, encode, type Infer } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { errors as cborErrors } from '@wadi/cbor/errors'
import { bytes, text, u16, u64 } from '@wadi/cbor/scalars'
import { nilable, omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { readVersion } from '@wadi/cbor/versioned'
import { EnclaveIdentity } from '@wadi/primitives/enclaveIdentity'
import { RawSignature } from '@wadi/primitives/signed'
import { IasQuoteStatus, QuotePolicy } from './quotePolicy.ts'

/** The version of a blob: one without a readable `v` is of the first kind. */
function versionOf(blob: Uint8Array): number {
  try {
    return readVersion(blob)
  } catch (error) {
    // COMPAT(oasis-core): whatever is wrong with `v`, the blob is then read as version 0.
    if (error instanceof CodedError) return 0
    throw error
  }
}

function decodeVersioned<T>(
  blob: Uint8Array,
  readers: Readonly<Record<number, (blob: Uint8Array) => T>>,
): T {
  const version = versionOf(blob)
  const reader = readers[version]
  if (reader === undefined) throw cborErrors.unknownVersion(String(version))
  return reader(blob)
}

const ConstraintsV0 = struct({
  enclaves: omitEmpty(list(EnclaveIdentity)),
  allowedQuoteStatuses: omitEmpty(list(IasQuoteStatus)),
})

/** Which enclaves may run a runtime. */
export const SgxConstraints = struct({
  v: u16,
  enclaves: omitEmpty(list(EnclaveIdentity)),
  policy: optional(QuotePolicy),
  maxAttestationAge: omitEmpty(u64),
})
export type SgxConstraints = Infer<typeof SgxConstraints>

/** Reads the constraints in a deployment. */
export function decodeSgxConstraints(blob: Uint8Array): SgxConstraints {
  return decodeVersioned<SgxConstraints>(blob, {
    0: (old) => {
      const { enclaves, allowedQuoteStatuses } = decode(ConstraintsV0, old)
      const ias = { ...IAS_POLICY_ZERO, allowedQuoteStatuses }
      return { v: 0, enclaves, policy: { ias, pcs: undefined }, maxAttestationAge: 0n }
    },
    1: (latest) => decode(SgxConstraints, latest),
  })
}

const IAS_POLICY_ZERO = {
  disabled: false,
  allowedQuoteStatuses: [],
  gidBlacklist: [],
  minTcbEvaluationDataNumber: 0,
} as const

/** Writes constraints in their version: version 0 has no `v` and knows less. */
export function encodeSgxConstraints(constraints: SgxConstraints): Uint8Array {
  if (constraints.v !== 0) return encode(SgxConstraints, constraints)
  const { enclaves, policy } = constraints
  const allowedQuoteStatuses = policy?.ias?.allowedQuoteStatuses ?? []
  return encode(ConstraintsV0, { enclaves, allowedQuoteStatuses })
}

/** A signed report of Intel's attestation service of old. */
export const IasReport = struct({
  body: nilable(bytes),
  certificateChain: nilable(bytes),
  signature: nilable(bytes),
})
export type IasReport = Infer<typeof IasReport>

/** Which patches a platform must have, signed by Intel over exactly these bytes of JSON. */
export const SignedTcbInfo = struct({ tcbInfo: nilable(bytes), signature: text })
export type SignedTcbInfo = Infer<typeof SignedTcbInfo>

/** Which quoting enclaves are good, signed by Intel over exactly these bytes of JSON. */
export const SignedQeIdentity = struct({ enclaveIdentity: nilable(bytes), signature: text })
export type SignedQeIdentity = Infer<typeof SignedQeIdentity>

/** What Intel says about a platform, with the certificates of the keys that say so. */
export const TcbBundle = struct({
  tcbInfo: SignedTcbInfo,
  qeId: SignedQeIdentity,
  certs: nilable(bytes),
})
export type TcbBundle = Infer<typeof TcbBundle>

/** A quote and what is needed to check it without asking Intel. */
export const PcsQuote = struct({ quote: nilable(bytes), tcb: TcbBundle })
export type PcsQuote = Infer<typeof PcsQuote>

/** One of the two kinds of evidence. */
export const Quote = struct({ ias: optional(IasReport), pcs: optional(PcsQuote) })
export type Quote = Infer<typeof Quote>

/** An enclave's evidence, signed by the enclave for a height. */
export const SgxAttestation = struct({
  v: u16,
  quote: Quote,
  height: u64,
  signature: RawSignature,
})
export type SgxAttestation = Infer<typeof SgxAttestation>

/** Reads the attestation in a node's capability. */
export function decodeSgxAttestation(blob: Uint8Array): SgxAttestation {
  return decodeVersioned<SgxAttestation>(blob, {
    0: (old) => {
      const quote = { ias: decode(IasReport, old), pcs: undefined }
      return { v: 0, quote, height: 0n, signature: RawSignature.zero }
    },
    1: (latest) => decode(SgxAttestation, latest),
  })
}

/** Writes an attestation in its version: version 0 is the bare report. */
export function encodeSgxAttestation(attestation: SgxAttestation): Uint8Array {
  if (attestation.v !== 0) return encode(SgxAttestation, attestation)
  return encode(nilable(IasReport), attestation.quote.ias)
}
