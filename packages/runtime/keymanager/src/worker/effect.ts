/** What a node that keeps secrets wants done. */

import type {
  SignedEncryptedEphemeralSecret,
  SignedEncryptedMasterSecret,
  SignedInitResponse,
  Status,
} from '@wadi/consensus/keymanager'
import type { Epoch } from '@wadi/primitives/epoch'

/** Have the enclave get ready for a status; answer with `initialized`. */
export interface InitEffect {
  readonly kind: 'init'
  readonly status: Status
}

/** Have the enclave take a secret that was published; answer with `loaded`. */
export interface LoadMasterEffect {
  readonly kind: 'load-master'
  readonly id: number
  readonly secret: SignedEncryptedMasterSecret
}
export interface LoadEphemeralEffect {
  readonly kind: 'load-ephemeral'
  readonly id: number
  readonly secret: SignedEncryptedEphemeralSecret
}

/** Have the enclave make a secret, and publish it; answer with `generated`. */
export interface GenerateMasterEffect {
  readonly kind: 'generate-master'
  readonly generation: bigint
  readonly epoch: Epoch
}
export interface GenerateEphemeralEffect {
  readonly kind: 'generate-ephemeral'
  readonly epoch: Epoch
}

/** Register the node with what its enclave said; answer with `registered`. */
export interface RegisterEffect {
  readonly kind: 'register'
  readonly response: SignedInitResponse
}

/** Try again after a while: so often it has failed in a row. There is one such timer. */
export interface RetryInitEffect {
  readonly kind: 'retry-init'
  readonly failures: number
}

export type SecretsEffect =
  | InitEffect
  | LoadMasterEffect
  | LoadEphemeralEffect
  | GenerateMasterEffect
  | GenerateEphemeralEffect
  | RegisterEffect
  | RetryInitEffect
