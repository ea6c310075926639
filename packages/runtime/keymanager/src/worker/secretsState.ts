/** A node that keeps secrets, between two inputs. */

import type {
  SignedEncryptedEphemeralSecret,
  SignedEncryptedMasterSecret,
  Status,
} from '@wadi/consensus/keymanager'
import type { PublicKey } from '@wadi/primitives/publicKey'
import type { SecretsEffect } from './effect.ts'
import type { SeenEpoch } from './input.ts'

/** How often something was tried, or that there is nothing more to try. */
export type Tries = number | 'done'

/** Where the node stands with one kind of secrets. */
export interface SecretWork<T> {
  /** The last one that was published. */
  readonly published: T | undefined
  /** How often the enclave was given it. */
  readonly loadTries: Tries
  /** Which one it is being given; undefined if none. */
  readonly loading: number | undefined
  /** How often it was to make one in this epoch. */
  readonly generateTries: Tries
  readonly isGenerating: boolean
}

/** See the top of this file. */
export interface SecretsState {
  /** The node's own key. */
  readonly own: PublicKey
  readonly epoch: SeenEpoch | undefined
  readonly status: Status | undefined
  readonly isEnclaveUp: boolean
  /** From this height on secrets are made. */
  readonly generateHeight: bigint
  readonly master: SecretWork<SignedEncryptedMasterSecret>
  readonly ephemeral: SecretWork<SignedEncryptedEphemeralSecret>
  readonly isInitializing: boolean
  /** Is it to be done once more, as soon as the one that is under way is over? */
  readonly isInitWanted: boolean
  readonly isInitRetryDue: boolean
  readonly initFailures: number
  /** It was registered at least once with what its enclave said. */
  readonly isReady: boolean
  /** The numbers of loads. */
  readonly lastId: number
}

const NO_WORK = {
  published: undefined,
  loadTries: 0,
  loading: undefined,
  generateTries: 0,
  isGenerating: false,
} as const

/** A node of which nothing is known yet. */
export function startSecrets(own: PublicKey): SecretsState {
  return {
    own,
    epoch: undefined,
    status: undefined,
    isEnclaveUp: false,
    generateHeight: 0n,
    master: NO_WORK,
    ephemeral: NO_WORK,
    isInitializing: false,
    isInitWanted: false,
    isInitRetryDue: false,
    initFailures: 0,
    isReady: false,
    lastId: 0,
  }
}

/** A step under way: a copy of the state that only this step sees, and the effects so far. */
export interface SecretsRun {
  readonly state: { -readonly [K in keyof SecretsState]: SecretsState[K] }
  readonly effects: SecretsEffect[]
}

/** Adds an effect. */
export function emit({ effects }: SecretsRun, effect: SecretsEffect): void {
  effects.push(effect)
}
