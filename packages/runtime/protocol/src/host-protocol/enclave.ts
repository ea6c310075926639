/** What hosts and runtimes say about evidence of enclaves, and calls between enclaves. */

import type { Infer } from '@wadi/cbor/codec'
import { bytes, text, u8, u64 } from '@wadi/cbor/scalars'
import { named, omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { IasReport, Quote } from '@wadi/consensus/registry/sgx'
import { EndorsedCapabilityTee } from '@wadi/primitives/node'
import { PublicKey, X25519PublicKey } from '@wadi/primitives/publicKey'
import { RawSignature } from '@wadi/primitives/signed'

/** For whom the enclave makes its report: 512 bytes for SGX, none for TDX. */
export const RakInitRequest = struct({ targetInfo: bytes })
export type RakInitRequest = Infer<typeof RakInitRequest>

/** The enclave's keys, and a report that is about them. For TDX it is a whole quote. */
export const RakReportResponse = struct({
  rakPub: PublicKey,
  rekPub: optional(X25519PublicKey),
  report: bytes,
  nonce: text,
})
export type RakReportResponse = Infer<typeof RakReportResponse>

/** Evidence by Intel's attestation service of old. */
export const RakAvrRequest = struct({ avr: IasReport })
export type RakAvrRequest = Infer<typeof RakAvrRequest>

/** Evidence that the host has got for the enclave's report. */
export const RakQuoteRequest = struct({ quote: Quote })
export type RakQuoteRequest = Infer<typeof RakQuoteRequest>

/** The enclave's signature on its evidence, and as of which height. */
export const RakQuoteResponse = struct({ height: u64, signature: RawSignature })
export type RakQuoteResponse = Infer<typeof RakQuoteResponse>

/** The node's word on the enclave, for others to see. */
export const UpdateEndorsementRequest = struct({
  endorsedCapabilityTee: named('ect', EndorsedCapabilityTee),
})
export type UpdateEndorsementRequest = Infer<typeof UpdateEndorsementRequest>

/** How a call between enclaves is protected. */
export const RPC_KINDS = { noiseSession: 0, insecureQuery: 1, localQuery: 2 } as const

/** A call from somewhere else. */
export const RpcCallRequest = struct({
  request: bytes,
  kind: omitEmpty(u8),
  peerId: omitEmpty(bytes),
})
export type RpcCallRequest = Infer<typeof RpcCallRequest>

/** A call from the runtime's own host. */
export const LocalRpcCallRequest = struct({ request: bytes })
export type LocalRpcCallRequest = Infer<typeof LocalRpcCallRequest>

export const RpcCallResponse = struct({ response: bytes })
export type RpcCallResponse = Infer<typeof RpcCallResponse>
