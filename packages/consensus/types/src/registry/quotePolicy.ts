/** Which evidence of an enclave is good enough. */

import type { Infer } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { namedInteger } from '@wadi/cbor/mapped'
import { bool, fixedBytes, i64, text, u16, u32 } from '@wadi/cbor/scalars'
import { omitEmpty, optional, struct } from '@wadi/cbor/struct'

/** What Intel's attestation service of old said about a quote. */
export const IasQuoteStatus = namedInteger(i64, {
  OK: 1n,
  SIGNATURE_INVALID: 2n,
  GROUP_REVOKED: 3n,
  SIGNATURE_REVOKED: 4n,
  KEY_REVOKED: 5n,
  SIGRL_VERSION_MISMATCH: 6n,
  GROUP_OUT_OF_DATE: 7n,
  CONFIGURATION_NEEDED: 8n,
  SW_HARDENING_NEEDED: 9n,
  CONFIGURATION_AND_SW_HARDENING_NEEDED: 10n,
})
export type IasQuoteStatus = Infer<typeof IasQuoteStatus>

/** For evidence by Intel's attestation service of old (EPID). */
export const IasQuotePolicy = struct({
  disabled: omitEmpty(bool),
  allowedQuoteStatuses: omitEmpty(list(IasQuoteStatus)),
  gidBlacklist: omitEmpty(list(u32)),
  minTcbEvaluationDataNumber: omitEmpty(u32),
})
export type IasQuotePolicy = Infer<typeof IasQuotePolicy>

/** A TDX module that is accepted; no `mrSeam` means any of the signer. */
export const TdxModulePolicy = struct({
  mrSeam: optional(fixedBytes(48)),
  mrSignerSeam: fixedBytes(48),
})
export type TdxModulePolicy = Infer<typeof TdxModulePolicy>

/** Which TDX modules evidence may come from. */
export const TdxQuotePolicy = struct({
  allowedTdxModules: omitEmpty(list(TdxModulePolicy)),
})
export type TdxQuotePolicy = Infer<typeof TdxQuotePolicy>

/** For evidence by Intel's provisioning certification service (DCAP). */
export const PcsQuotePolicy = struct({
  disabled: omitEmpty(bool),
  tcbValidityPeriod: u16,
  minTcbEvaluationDataNumber: u32,
  fmspcWhitelist: omitEmpty(list(text)),
  fmspcBlacklist: omitEmpty(list(text)),
  tdx: optional(TdxQuotePolicy),
})
export type PcsQuotePolicy = Infer<typeof PcsQuotePolicy>

/** A policy for each kind of evidence. */
export const QuotePolicy = struct({
  ias: optional(IasQuotePolicy),
  pcs: optional(PcsQuotePolicy),
})
export type QuotePolicy = Infer<typeof QuotePolicy>
