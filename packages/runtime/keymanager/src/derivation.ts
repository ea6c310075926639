/** Everything that follows from a secret of the key manager: keys, signers, checksums. */

import { concatBytes } from '@wadi/base/bytes'
import { Secret } from '@wadi/base/secret'
import { createCshake256, kmac256 } from '@wadi/crypto/hash/cshake'
import { createMemorySigner } from '@wadi/crypto/signature/memorySigner'
import type { Signer } from '@wadi/crypto/signature/signer'
import { x25519 } from '@wadi/crypto/x25519/x25519'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Namespace } from '@wadi/primitives/namespace'
import { X25519PublicKey } from '@wadi/primitives/publicKey'
import type { KeyPair, KeyPairId } from '@wadi/runtime-protocol/enclave-rpc/keys'
import { bigEndian, littleEndian } from './integers.ts'

/** Whether secrets are guarded by hardware. What is not has other keys, lest they be mixed up. */
export type Build = 'secure' | 'insecure'

/** Bytes of secrets, checksums, and of all that is derived. */
const SIZE = 32

/** For whom a key pair is derived. */
export interface KeyPairOwner {
  /** Of a runtime; enclaves take any bytes for it. */
  readonly runtimeId: Uint8Array
  readonly keyPairId: KeyPairId
}

function customOf(build: Build, purpose: string): string {
  return build === 'secure' ? purpose : `${purpose}-insecure`
}

function derive(secret: Secret<Uint8Array>, custom: string, seed: Uint8Array): Uint8Array {
  return kmac256(secret.reveal(), { custom, size: SIZE }, seed)
}

/** The state key and the key pair that a derived secret expands to. */
function expand(secret: Uint8Array, custom: string): KeyPair {
  const stream = createCshake256('', custom)
    .absorb(secret)
    .squeeze(2 * SIZE)
  const stateKey = stream.slice(0, SIZE)
  const sk = stream.slice(SIZE)
  const pk = X25519PublicKey.check(x25519.publicKey(sk))
  return { inputKeypair: { pk, sk }, stateKey, checksum: undefined }
}

/** Keys that last as long as their generation of the master secret. */
export function deriveLongTermKeys(
  build: Build,
  masterSecret: Secret<Uint8Array>,
  { runtimeId, keyPairId }: KeyPairOwner,
): KeyPair {
  const custom = customOf(build, 'ekiden-derive-runtime-secret')
  // COMPAT(oasis-core): the same custom twice. Another was meant for the second one.
  return expand(derive(masterSecret, custom, concatBytes(runtimeId, keyPairId)), custom)
}

/** Keys that are forgotten soon after their epoch. */
export function deriveEphemeralKeys(
  build: Build,
  ephemeralSecret: Secret<Uint8Array>,
  { runtimeId, keyPairId, epoch }: KeyPairOwner & { readonly epoch: Epoch },
): KeyPair {
  const seed = concatBytes(runtimeId, keyPairId, bigEndian(epoch))
  const secret = derive(ephemeralSecret, customOf(build, 'ekiden-derive-ephemeral-secret'), seed)
  return expand(secret, customOf(build, 'ekiden-derive-ephemeral-keys'))
}

/** The key manager's own signer (RSK), with which it signs public keys. */
export function deriveSigner(
  build: Build,
  masterSecret: Secret<Uint8Array>,
  keyManagerId: Namespace,
): Signer {
  const seed = derive(masterSecret, customOf(build, 'ekiden-derive-signing-key'), keyManagerId)
  return createMemorySigner('node', new Secret(seed))
}

/** What the chain of checksums begins with, before there is a secret. */
export function firstChecksum(keyManagerId: Namespace): Uint8Array {
  return keyManagerId
}

/** The checksum of a generation: a chain over all generations up to it. */
export function checksumOfMasterSecret(
  build: Build,
  masterSecret: Secret<Uint8Array>,
  lastChecksum: Uint8Array,
): Uint8Array {
  return derive(masterSecret, customOf(build, 'ekiden-checksum-master-secret'), lastChecksum)
}

/** The checksum of the secret of an epoch. */
export function checksumOfEphemeralSecret(
  build: Build,
  ephemeralSecret: Secret<Uint8Array>,
  { keyManagerId, epoch }: { readonly keyManagerId: Namespace; readonly epoch: Epoch },
): Uint8Array {
  const custom = customOf(build, 'ekiden-checksum-ephemeral-secret')
  // COMPAT(oasis-core): little endian here, big endian in the seeds of keys.
  return derive(ephemeralSecret, custom, concatBytes(keyManagerId, littleEndian(epoch)))
}
