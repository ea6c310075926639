/** The secrets of a key manager's enclave, and what it derives from them. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import type { RandomSource } from '@wadi/base/random'
import type { Secret } from '@wadi/base/secret'
import type { Signer } from '@wadi/crypto/signature/signer'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Namespace } from '@wadi/primitives/namespace'
import { PublicKey, type X25519PublicKey } from '@wadi/primitives/publicKey'
import type { KeyPair, SignedPublicKey } from '@wadi/runtime-protocol/enclave-rpc/keys'
import type { Conversation } from './conversation.ts'
import {
  checksumOfEphemeralSecret,
  checksumOfMasterSecret,
  deriveEphemeralKeys,
  deriveLongTermKeys,
  deriveSigner,
  firstChecksum,
  type KeyPairOwner,
} from './derivation.ts'
import {
  ephemeralSecretNotFound,
  errors,
  generationFromFuture,
  invalidGeneration,
} from './errors.ts'
import type { Identity } from './identity.ts'
import {
  EPHEMERAL_KEY_COUNT_MAX,
  EPHEMERAL_SECRET_COUNT_MAX,
  LONG_TERM_KEY_COUNT_MAX,
  MASTER_SECRET_COUNT_MAX,
} from './limits.ts'
import { RecentMap } from './recentMap.ts'
import { SecretStorage } from './secretStorage.ts'
import { type PublicKeyOwner, signPublicKey } from './signedPublicKey.ts'

type SecretBytes = Secret<Uint8Array>

/** What an enclave says of its secrets when it registers. */
export interface SecretState {
  /** Of the last master secret; empty if there is none. */
  readonly checksum: Uint8Array
  /** Of the one that was proposed; empty if there is none. */
  readonly nextChecksum: Uint8Array
  readonly rsk: PublicKey | undefined
  readonly nextRsk: PublicKey | undefined
}

/** The last master secret, and what it is known by. */
export interface CurrentSecret {
  readonly generation: bigint
  readonly checksum: Uint8Array
  readonly signer: Signer
}

interface Proposal {
  readonly checksum: Uint8Array
  readonly rsk: PublicKey
}

const NONE = new Uint8Array(0)

/** Secrets in memory. Each generation of the master secret is with the host as well. */
export class SecretStore {
  readonly storage: SecretStorage
  readonly #identity: Identity
  readonly #masterSecrets = new RecentMap<SecretBytes>(MASTER_SECRET_COUNT_MAX)
  readonly #ephemeralSecrets = new Map<Epoch, SecretBytes>()
  readonly #longTermKeys = new RecentMap<KeyPair>(LONG_TERM_KEY_COUNT_MAX)
  readonly #ephemeralKeys = new RecentMap<KeyPair>(EPHEMERAL_KEY_COUNT_MAX)
  #keyManagerId: Namespace | undefined
  #current: CurrentSecret | undefined
  #proposal: Proposal | undefined

  constructor(identity: Identity, random: RandomSource) {
    this.#identity = identity
    this.storage = new SecretStorage(identity, random)
  }

  /** The key manager that this is. Throws as long as nobody has said so. */
  get keyManagerId(): Namespace {
    if (this.#keyManagerId === undefined) throw errors.notInitialized()
    return this.#keyManagerId
  }

  /** Says which key manager it is, which never changes. */
  setKeyManagerId(id: Namespace): void {
    if (this.#keyManagerId !== undefined && !equalBytes(this.#keyManagerId, id)) {
      throw errors.runtimeMismatch()
    }
    this.#keyManagerId = id
  }

  /** Undefined if there is no master secret. */
  get current(): CurrentSecret | undefined {
    return this.#current
  }

  get nextGeneration(): bigint {
    return this.#current === undefined ? 0n : this.#current.generation + 1n
  }

  get state(): SecretState {
    const { checksum = NONE, signer } = this.#current ?? {}
    return {
      checksum,
      nextChecksum: this.#proposal?.checksum ?? NONE,
      rsk: signer && PublicKey.check(signer.publicKey),
      nextRsk: this.#proposal?.rsk,
    }
  }

  /**
   * Forgets what cannot be right. The next initialization begins anew.
   * COMPAT(oasis-core): a proposal is not forgotten.
   */
  reset(): void {
    this.#masterSecrets.clear()
    this.#ephemeralSecrets.clear()
    this.#longTermKeys.clear()
    this.#ephemeralKeys.clear()
    this.#current = undefined
    this.#keyManagerId = undefined
  }

  /** Takes a generation for the last one; its secret is with the host already. */
  accept(generation: bigint, checksum: Uint8Array, secret: SecretBytes): void {
    const signer = deriveSigner(this.#identity.build, secret, this.keyManagerId)
    this.#current = { generation, checksum, signer }
    this.#proposal = undefined
    this.#masterSecrets.set(`${generation}`, secret)
  }

  /** The checksum that a secret would have as the next generation. */
  checksumOfNext(secret: SecretBytes, generation: bigint): Uint8Array {
    const { keyManagerId, nextGeneration } = this
    if (generation !== nextGeneration) throw invalidGeneration(nextGeneration, generation)
    const last = this.#current?.checksum ?? firstChecksum(keyManagerId)
    return checksumOfMasterSecret(this.#identity.build, secret, last)
  }

  /** Keeps a proposal for the next generation, if it is what was published. */
  *addProposal(
    { keyManagerId, generation, checksum }: ProposedSecret,
    secret: SecretBytes,
  ): Conversation<void> {
    this.#checkKeyManager(keyManagerId)
    const nextChecksum = this.checksumOfNext(secret, generation)
    if (!equalBytes(nextChecksum, checksum)) throw errors.masterSecretChecksum()
    yield* this.storage.saveProposal({ keyManagerId, generation }, secret)
    // Meanwhile it may have been accepted, or everything forgotten.
    this.checksumOfNext(secret, generation)
    const { publicKey } = deriveSigner(this.#identity.build, secret, keyManagerId)
    this.#proposal = { checksum: nextChecksum, rsk: PublicKey.check(publicKey) }
  }

  /** The checksum that the secret of an epoch has. */
  checksumOfEpoch(secret: SecretBytes, epoch: Epoch): Uint8Array {
    const { build } = this.#identity
    return checksumOfEphemeralSecret(build, secret, { keyManagerId: this.keyManagerId, epoch })
  }

  /** Keeps the secret of an epoch, and forgets the oldest one if there are too many. */
  addEphemeralSecret(epoch: Epoch, secret: SecretBytes): void {
    this.#ephemeralSecrets.set(epoch, secret)
    if (this.#ephemeralSecrets.size <= EPHEMERAL_SECRET_COUNT_MAX) return
    const epochs = [...this.#ephemeralSecrets.keys()]
    this.#ephemeralSecrets.delete(epochs.reduce((a, b) => (a < b ? a : b)))
  }

  /** Keeps the secret of an epoch, if it is what was published. */
  addPublishedEphemeralSecret(
    { keyManagerId, epoch, checksum }: PublishedEphemeralSecret,
    secret: SecretBytes,
  ): void {
    this.#checkKeyManager(keyManagerId)
    const expected = this.checksumOfEpoch(secret, epoch)
    if (!equalBytes(expected, checksum)) throw errors.ephemeralSecretChecksum()
    this.addEphemeralSecret(epoch, secret)
  }

  /** The master secret of a generation that there has been. */
  *masterSecret(generation: bigint): Conversation<SecretBytes> {
    this.#checkGeneration(generation)
    const known = this.#masterSecrets.get(`${generation}`)
    if (known !== undefined) return known
    const { keyManagerId } = this
    const secret = yield* this.storage.loadSecret({ keyManagerId, generation })
    if (secret === undefined) {
      this.reset()
      throw errors.stateCorrupted()
    }
    return secret
  }

  ephemeralSecret(epoch: Epoch): SecretBytes {
    const secret = this.#ephemeralSecrets.get(epoch)
    if (secret === undefined) throw ephemeralSecretNotFound(epoch)
    return secret
  }

  *longTermKeys(owner: KeyPairOwner, generation: bigint): Conversation<KeyPair> {
    this.#checkGeneration(generation)
    const id = `${idOf(owner)}/${generation}`
    const known = this.#longTermKeys.get(id)
    if (known !== undefined) return known
    const secret = yield* this.masterSecret(generation)
    this.#masterSecrets.set(`${generation}`, secret)
    const keys = deriveLongTermKeys(this.#identity.build, secret, owner)
    this.#longTermKeys.set(id, keys)
    return keys
  }

  ephemeralKeys(owner: KeyPairOwner, epoch: Epoch): KeyPair {
    const id = `${idOf(owner)}/${epoch}`
    const known = this.#ephemeralKeys.get(id)
    if (known !== undefined) return known
    const secret = this.ephemeralSecret(epoch)
    const keys = deriveEphemeralKeys(this.#identity.build, secret, { ...owner, epoch })
    this.#ephemeralKeys.set(id, keys)
    return keys
  }

  /** Gives the key manager's word on a public key. */
  signPublicKey(key: X25519PublicKey, owner: PublicKeyOwner): SignedPublicKey {
    if (this.#current === undefined) throw errors.notInitialized()
    const { signer, checksum } = this.#current
    return signPublicKey(signer, { key, checksum }, owner)
  }

  #checkGeneration(generation: bigint): void {
    if (this.#current === undefined) throw errors.notInitialized()
    const { generation: last } = this.#current
    if (generation > last) throw generationFromFuture(last, generation)
  }

  #checkKeyManager(id: Namespace): void {
    if (!equalBytes(this.keyManagerId, id)) throw errors.runtimeMismatch()
  }
}

/** A master secret as it was published: of whom, and what it must be. */
interface ProposedSecret {
  readonly keyManagerId: Namespace
  readonly generation: bigint
  readonly checksum: Uint8Array
}

interface PublishedEphemeralSecret {
  readonly keyManagerId: Namespace
  readonly epoch: Epoch
  readonly checksum: Uint8Array
}

function idOf({ runtimeId, keyPairId }: KeyPairOwner): string {
  return `${toHex(runtimeId)}/${toHex(keyPairId)}`
}
