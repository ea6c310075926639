/** What the key manager keeps in the state about CHURP, its proactive secret sharing. */

import type { Infer } from '@wadi/cbor/codec'
import { list, mapOf } from '@wadi/cbor/collections'
import { bool, u8, u32 } from '@wadi/cbor/scalars'
import { nilable, omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { EnclaveIdentity } from '@wadi/primitives/enclaveIdentity'
import { Epoch } from '@wadi/primitives/epoch'
import { Hash } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import { PublicKey } from '@wadi/primitives/publicKey'
import { Signature } from '@wadi/primitives/signed'
import { GasCosts } from '../gas.ts'
import { nilOrEmpty } from '../nilOrEmpty.ts'

/** Which scheme of which key manager: fields of whatever names a scheme. */
export const identityFields = { id: u8, runtimeId: Namespace } as const

/** The one suite: NIST P-384 with SHA3-384. */
export const SUITE_NIST_P384_SHA3_384 = 0

/** What the owner allows the enclaves. */
export const PolicySgx = struct({
  ...identityFields,
  serial: u32,
  mayShare: nilable(list(EnclaveIdentity)),
  mayJoin: nilable(list(EnclaveIdentity)),
  // Before 26.1 a policy is refused in which this is there, even if it is empty.
  mayQuery: nilOrEmpty(mapOf(Namespace, nilable(list(EnclaveIdentity)))),
})
export type PolicySgx = Infer<typeof PolicySgx>

/** A policy and the signatures of those who may set it. */
export const SignedPolicySgx = struct({
  policy: PolicySgx,
  signatures: omitEmpty(list(Signature)),
})
export type SignedPolicySgx = Infer<typeof SignedPolicySgx>

/** A node that wants to be in the next committee. */
export const Application = struct({ checksum: Hash, reconstructed: bool })
export type Application = Infer<typeof Application>

/** Where a scheme stands. */
export const Status = struct({
  ...identityFields,
  suiteId: u8,
  threshold: u8,
  extraShares: u8,
  handoffInterval: Epoch,
  policy: SignedPolicySgx,
  handoff: Epoch,
  checksum: optional(Hash),
  committee: omitEmpty(list(PublicKey)),
  nextHandoff: Epoch,
  nextChecksum: optional(Hash),
  applications: omitEmpty(mapOf(PublicKey, Application)),
})
export type Status = Infer<typeof Status>

/** CHURP's parameters. */
export const Parameters = struct({ gasCosts: omitEmpty(GasCosts) })
export type Parameters = Infer<typeof Parameters>

/** CHURP's part of the key manager's section of the genesis document. */
export const Genesis = struct({
  params: Parameters,
  // COMPAT(oasis-core): the elements are pointers: null stays null, and the genesis hash shows it.
  statuses: omitEmpty(list(nilable(Status))),
})
export type Genesis = Infer<typeof Genesis>
