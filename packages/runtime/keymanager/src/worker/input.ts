/** Everything that can happen to a node that keeps secrets. */

import type {
  SignedEncryptedEphemeralSecret,
  SignedEncryptedMasterSecret,
  SignedInitResponse,
  Status,
} from '@wadi/consensus/keymanager'
import type { Epoch } from '@wadi/primitives/epoch'

/** Which of the two kinds of secrets. */
export type SecretKind = 'master' | 'ephemeral'

/** An epoch, and what is needed to choose a height in it. */
export interface SeenEpoch {
  readonly number: Epoch
  /** Its first height. */
  readonly firstHeight: bigint
  /** How many heights it probably has; zero where that cannot be known. */
  readonly interval: bigint
  /** A number from 0 to 2^32 − 1 that was drawn for this epoch. */
  readonly draw: number
}

/** The consensus layer as it is at a height. Heights may be left out. */
export interface SeenInput {
  readonly kind: 'seen'
  readonly height: bigint
  readonly epoch: SeenEpoch
  /** Undefined before there is one. */
  readonly status: Status | undefined
  /** The last that were published. */
  readonly masterSecret: SignedEncryptedMasterSecret | undefined
  readonly ephemeralSecret: SignedEncryptedEphemeralSecret | undefined
}

/** The enclave's program runs, from its beginning; or it does not any more. */
export interface EnclaveInput {
  readonly kind: 'enclave'
  readonly isUp: boolean
}

/** What the enclave said to `init`; undefined if it was nothing good. */
export interface InitializedInput {
  readonly kind: 'initialized'
  readonly response: SignedInitResponse | undefined
}

/** What came of `load`. */
export interface LoadedInput {
  readonly kind: 'loaded'
  readonly what: SecretKind
  readonly id: number
  readonly outcome: 'loaded' | 'failed'
}

/** What came of `generate`. */
export interface GeneratedInput {
  readonly kind: 'generated'
  readonly what: SecretKind
  /** For which epoch it was. */
  readonly epoch: Epoch
  readonly outcome: 'published' | 'failed'
}

/** The node is registered with what the enclave said last. */
export interface RegisteredInput {
  readonly kind: 'registered'
}

/** It is time to try `init` again. */
export interface TimeoutInput {
  readonly kind: 'timeout'
}

export type SecretsInput =
  | SeenInput
  | EnclaveInput
  | InitializedInput
  | LoadedInput
  | GeneratedInput
  | RegisteredInput
  | TimeoutInput
