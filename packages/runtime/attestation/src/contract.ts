/** Whether a node really runs in the enclave that it names: what is asked, and who answers. */

import { definePlainErrors } from '@wadi/base/errors'
import type { TeeFeatures } from '@wadi/consensus/registry'
import type { Moment } from '@wadi/primitives/moment'
import type { CapabilityTee } from '@wadi/primitives/node'
import type { PublicKey } from '@wadi/primitives/publicKey'

/** COMPAT(oasis-core): the reference's refusals of evidence have no code. */
export const errors = definePlainErrors('attestation', {
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

/** Refuses all evidence: nothing here can verify a quote. */
export const refuseAttestations: VerifyAttestation = () => {
  throw errors.quoteVerificationUnsupported()
}
