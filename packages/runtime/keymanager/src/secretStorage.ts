/** Where an enclave keeps its secrets: with its host, which can lose them but not read them. */

import { concatBytes, toUtf8 } from '@wadi/base/bytes'
import type { RandomSource } from '@wadi/base/random'
import type { Secret } from '@wadi/base/secret'
import type { Namespace } from '@wadi/primitives/namespace'
import { ask, type Conversation } from './conversation.ts'
import { errors } from './errors.ts'
import type { Identity } from './identity.ts'
import { littleEndian } from './integers.ts'
import {
  openSealedSecret,
  SEALED_BYTES,
  type Sealing,
  type SealPurpose,
  sealSecret,
} from './sealedSecret.ts'

const SECRET_KEY = toUtf8('keymanager_master_secret')
const CHECKSUM_KEY = toUtf8('keymanager_master_secret_checksum')
const PROPOSAL_KEY = toUtf8('keymanager_master_secret_proposal')

/** A generation of one key manager. */
export interface Generation {
  readonly keyManagerId: Namespace
  readonly generation: bigint
}

/** The host's storage, in the enclave's terms. */
export class SecretStorage {
  readonly #identity: Identity
  readonly #random: RandomSource

  constructor(identity: Identity, random: RandomSource) {
    this.#identity = identity
    this.#random = random
  }

  /**
   * The master secret of a generation; undefined if it is not there.
   * COMPAT(oasis-core): the reference's enclave ends its process over what it cannot open.
   */
  *loadSecret(of: Generation): Conversation<Secret<Uint8Array> | undefined> {
    const sealed = yield* get(keyOf(SECRET_KEY, of))
    if (sealed === undefined) return undefined
    const secret = openSealedSecret(this.#sealing('masterSecret', of), sealed)
    if (secret === undefined) throw errors.storageCorrupted()
    return secret
  }

  /** Keeps a master secret, which must be the one that the consensus layer has accepted. */
  *saveSecret(of: Generation, secret: Secret<Uint8Array>): Conversation<void> {
    const sealed = sealSecret(this.#sealing('masterSecret', of), secret, this.#random)
    yield* set(keyOf(SECRET_KEY, of), sealed)
  }

  /** The last proposal, if it is one for this generation. Nobody may have accepted it. */
  *loadProposal(of: Generation): Conversation<Secret<Uint8Array> | undefined> {
    const sealed = yield* get(PROPOSAL_KEY)
    if (sealed === undefined) return undefined
    if (sealed.length !== SEALED_BYTES) throw errors.storageCorrupted()
    return openSealedSecret(this.#sealing('masterSecretProposal', of), sealed)
  }

  /** Keeps a proposal instead of the last one. */
  *saveProposal(of: Generation, secret: Secret<Uint8Array>): Conversation<void> {
    const sealed = sealSecret(this.#sealing('masterSecretProposal', of), secret, this.#random)
    yield* set(PROPOSAL_KEY, sealed)
  }

  /** The checksum before a generation, as the host has it: not to be believed. */
  *loadChecksum(generation: bigint): Conversation<Uint8Array> {
    const checksum = yield* get(concatBytes(CHECKSUM_KEY, littleEndian(generation)))
    return checksum ?? new Uint8Array(0)
  }

  *saveChecksum(generation: bigint, checksum: Uint8Array): Conversation<void> {
    yield* set(concatBytes(CHECKSUM_KEY, littleEndian(generation)), checksum)
  }

  #sealing(purpose: SealPurpose, { keyManagerId, generation }: Generation): Sealing {
    const associatedData = concatBytes(keyManagerId, littleEndian(generation))
    return { root: this.#identity.sealingRoot, purpose, associatedData }
  }
}

function keyOf(prefix: Uint8Array, { generation }: Generation): Uint8Array {
  return concatBytes(prefix, littleEndian(generation))
}

/** COMPAT(oasis-core): an empty value is as good as none. */
function* get(key: Uint8Array): Conversation<Uint8Array | undefined> {
  const { body } = yield* ask({ kind: 'HostLocalStorageGetRequest', body: { key } })
  return body.value?.length === 0 ? undefined : body.value
}

function* set(key: Uint8Array, value: Uint8Array): Conversation<void> {
  yield* ask({ kind: 'HostLocalStorageSetRequest', body: { key, value } })
}
