/** What an enclave shows at the beginning of a session: that the session's key is the enclave's. */

import type { VerifiedQuote, VerifyQuote } from '@wadi/attestation/contract'
import { equalBytes } from '@wadi/base/bytes'
import { decodeRust, encodeRust, type Infer } from '@wadi/cbor/codec'
import { u16 } from '@wadi/cbor/scalars'
import { omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { attestationDigest, rakHash } from '@wadi/consensus/registry/attestationDigest'
import type { QuotePolicy } from '@wadi/consensus/registry/quotePolicy'
import { decodeSgxAttestation, IasReport, Quote } from '@wadi/consensus/registry/sgx'
import { type ContextDeclaration, contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import type { Signer } from '@wadi/crypto/signature/signer'
import {
  isValidSignature,
  type KeyedSignature,
  signatureRules,
} from '@wadi/crypto/signature/verification'
import type { EnclaveIdentity } from '@wadi/primitives/enclaveIdentity'
import { HASH_SIZE } from '@wadi/primitives/hash'
import type { Moment } from '@wadi/primitives/moment'
import { CapabilityTee, EndorsedCapabilityTee, TEE_HARDWARE } from '@wadi/primitives/node'
import { PublicKey } from '@wadi/primitives/publicKey'
import { RawSignature } from '@wadi/primitives/signed'
import { errors } from './errors.ts'

/** By version: 0 has a report of Intel's old service, 1 a quote, 2 the word of the node. */
export const RakBinding = struct({
  v: omitEmpty(u16),
  rakPub: optional(PublicKey),
  binding: RawSignature,
  avr: optional(IasReport),
  quote: optional(Quote),
  ect: optional(EndorsedCapabilityTee),
})
export type RakBinding = Infer<typeof RakBinding>

/** Who is at the other end, as far as it has shown it. */
export interface RemoteEnclave {
  readonly identity: EnclaveIdentity
  readonly rak: PublicKey
  /** Whose word on it there is. */
  readonly endorsedBy: PublicKey | undefined
}

/** What the other end has to show. */
export interface Demands {
  /** Which enclaves are good; undefined stands for everybody, even without an enclave. */
  readonly enclaves: readonly EnclaveIdentity[] | undefined
  /** Which evidence is good; undefined as long as nobody has said so. */
  readonly policy: QuotePolicy | undefined
  readonly verifyQuote: VerifyQuote
  readonly now: () => Moment
}

const ANY_KEY = signatureRules(forbidKeys())

/** What an enclave shows that has its node's word. */
export function bindByEndorsement(
  rak: Signer,
  ect: EndorsedCapabilityTee,
  localStatic: Uint8Array,
): Uint8Array {
  const signature = rak.sign(contextOf(contexts.rakRpcBinding), localStatic)
  const binding = RawSignature.check(signature)
  const none = { rakPub: undefined, avr: undefined, quote: undefined }
  return encodeRust(RakBinding, { v: 2, binding, ect, ...none })
}

/** Who showed this. Undefined if nothing was shown and nothing had to be; else it throws. */
export function verifyBinding(
  shown: Uint8Array,
  remoteStatic: Uint8Array,
  demands: Demands,
): RemoteEnclave | undefined {
  if (shown.length === 0) {
    if (demands.enclaves !== undefined) throw errors.wrongEnclave()
    return undefined
  }
  const { policy } = demands
  if (policy === undefined) throw errors.noQuotePolicy()
  const binding = decodeRust(RakBinding, shown)
  const remote = remoteOf(binding, (quote) => {
    return demands.verifyQuote({ quote, policy, time: demands.now() })
  })
  const isGood = demands.enclaves?.some((enclave) => isSame(enclave, remote.identity)) ?? true
  if (!isGood) throw errors.wrongEnclave()
  const signed = { publicKey: remote.rak, signature: binding.binding }
  checkSigned(contexts.rakRpcBinding, signed, remoteStatic)
  return remote
}

function isSame(a: EnclaveIdentity, b: EnclaveIdentity): boolean {
  return equalBytes(a.mrEnclave, b.mrEnclave) && equalBytes(a.mrSigner, b.mrSigner)
}

function checkSigned(context: ContextDeclaration, signed: KeyedSignature, message: Uint8Array) {
  if (!isValidSignature(ANY_KEY, { context: contextOf(context), message, ...signed })) {
    throw errors.invalidSignature()
  }
}

type Verify = (quote: Quote) => VerifiedQuote

/** The fields that a version has, and no others. */
function remoteOf(binding: RakBinding, verify: Verify): RemoteEnclave {
  const { v, rakPub: rak, avr, quote, ect } = binding
  if (v === 2 && ect !== undefined && rak === undefined && !avr && !quote) {
    return endorsedRemote(ect, verify)
  }
  const shown = v === 0 && avr && !quote ? { ias: avr, pcs: undefined } : undefined
  const evidence = v === 1 && quote && !avr ? quote : shown
  if (evidence === undefined || rak === undefined || ect !== undefined) throw errors.invalidInput()
  const { identity, reportData } = verify(evidence)
  checkRakHash(reportData, rak)
  return { identity, rak, endorsedBy: undefined }
}

function checkRakHash(reportData: Uint8Array, rak: PublicKey): void {
  if (!equalBytes(reportData.subarray(0, HASH_SIZE), rakHash(rak))) throw errors.wrongRakHash()
}

function endorsedRemote(
  { capabilityTee, nodeEndorsement }: EndorsedCapabilityTee,
  verify: Verify,
): RemoteEnclave {
  const context = contextOf(contexts.endorseTeeCapability)
  const message = encodeRust(CapabilityTee, capabilityTee)
  if (!isValidSignature(ANY_KEY, { context, message, ...nodeEndorsement })) {
    throw errors.invalidEndorsement()
  }
  const { hardware, rak, rek, attestation } = capabilityTee
  if (hardware !== TEE_HARDWARE.intelSgx) throw errors.invalidHardware()
  const { v, quote, height, signature } = decodeSgxAttestation(attestation ?? new Uint8Array(0))
  if (rek === undefined) throw errors.noRek()
  const { identity, reportData } = verify(quote)
  checkRakHash(reportData, rak)
  if (v !== 1) throw errors.oldAttestation()
  const { publicKey: nodeId } = nodeEndorsement
  const digest = attestationDigest({ reportData, nodeId, height, rek })
  checkSigned(contexts.teeAttestation, { publicKey: rak, signature }, digest)
  return { identity, rak, endorsedBy: nodeId }
}
