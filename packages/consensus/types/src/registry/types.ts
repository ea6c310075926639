/** What the registry keeps in the state beside the descriptors. */

import type { Infer } from '@wadi/cbor/codec'
import { list, mapOf } from '@wadi/cbor/collections'
import { bool, u8, u64 } from '@wadi/cbor/scalars'
import { nilable, omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { SignedEntity } from '@wadi/primitives/entity'
import { Epoch } from '@wadi/primitives/epoch'
import { Namespace } from '@wadi/primitives/namespace'
import { MultiSignedNode } from '@wadi/primitives/node'
import { PublicKey } from '@wadi/primitives/publicKey'
import { GasCosts } from '../gas.ts'
import { QuotePolicy } from './quotePolicy.ts'
import { Runtime, RuntimeGovernanceModel } from './runtime.ts'

/** How often a node failed a runtime lately, and how long it is left out for that. */
export const Fault = struct({ failures: omitEmpty(u8), suspendedUntil: omitEmpty(Epoch) })
export type Fault = Infer<typeof Fault>

/** What the network holds against a node, or for it. */
export const NodeStatus = struct({
  expirationProcessed: bool,
  freezeEndTime: Epoch,
  electionEligibleAfter: Epoch,
  // COMPAT(oasis-core): the values are pointers: null comes from the genesis document and stays.
  faults: omitEmpty(mapOf(Namespace, nilable(Fault))),
})
export type NodeStatus = Infer<typeof NodeStatus>

/** Which evidence of SGX and TDX enclaves the network takes. */
export const TeeFeaturesSgx = struct({
  pcs: bool,
  signedAttestations: omitEmpty(bool),
  defaultPolicy: optional(QuotePolicy),
  maxAttestationAge: omitEmpty(u64),
  tdx: omitEmpty(bool),
})
export type TeeFeaturesSgx = Infer<typeof TeeFeaturesSgx>

/** Which kinds of attestation the network knows. */
export const TeeFeatures = struct({ sgx: TeeFeaturesSgx, freshnessProofs: bool })
export type TeeFeatures = Infer<typeof TeeFeatures>

/** Who may register what, and for how long. */
export const Parameters = struct({
  debugAllowUnroutableAddresses: omitEmpty(bool),
  debugAllowTestRuntimes: omitEmpty(bool),
  debugDeployImmediately: omitEmpty(bool),
  disableRuntimeRegistration: omitEmpty(bool),
  disableKmRuntimeRegistration: omitEmpty(bool),
  enableKmChurp: omitEmpty(bool),
  gasCosts: omitEmpty(GasCosts),
  maxNodeExpiration: omitEmpty(Epoch),
  enableRuntimeGovernanceModels: omitEmpty(mapOf(RuntimeGovernanceModel, bool)),
  teeFeatures: optional(TeeFeatures),
  maxRuntimeDeployments: omitEmpty(u8),
})
export type Parameters = Infer<typeof Parameters>

/** The registry's section of the genesis document. */
export const Genesis = struct({
  params: Parameters,
  // COMPAT(oasis-core): the elements are pointers: null stays null, and the genesis hash shows it.
  entities: omitEmpty(list(nilable(SignedEntity))),
  runtimes: omitEmpty(list(nilable(Runtime))),
  suspendedRuntimes: omitEmpty(list(nilable(Runtime))),
  nodes: omitEmpty(list(nilable(MultiSignedNode))),
  nodeStatuses: omitEmpty(mapOf(PublicKey, nilable(NodeStatus))),
})
export type Genesis = Infer<typeof Genesis>
