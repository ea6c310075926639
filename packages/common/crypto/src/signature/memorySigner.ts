/** A signer whose key is in memory. */

import { toUtf8 } from '@wadi/base/bytes'
import { Secret } from '@wadi/base/secret'
import { publicKeyOfSeed, SEED_BYTES, signMessage } from '../ed25519/sign.ts'
import { sha512Trunc256 } from '../hash/sha512.ts'
import { proveOutput } from '../vrf/vrf.ts'
import { prehash } from './context.ts'
import { errors } from './errors.ts'
import type { KeyRole } from './keyRole.ts'
import type { Signer, VrfSigner } from './signer.ts'

/** A signer for a seed. */
export function createMemorySigner(role: KeyRole, seed: Secret<Uint8Array>): Signer {
  if (seed.reveal().length !== SEED_BYTES) throw errors.malformedPrivateKey()
  const publicKey = publicKeyOfSeed(seed.reveal())
  return {
    publicKey,
    role,
    sign: (context, message) =>
      signMessage({ seed: seed.reveal(), publicKey }, prehash(context, message)),
  }
}

/** A signer for a seed that can prove outputs of the random function. */
export function createMemoryVrfSigner(seed: Secret<Uint8Array>): VrfSigner {
  const signer = createMemorySigner('vrf', seed)
  const { publicKey } = signer
  return {
    ...signer,
    role: 'vrf',
    prove: (alpha) => proveOutput({ seed: seed.reveal(), publicKey }, alpha),
  }
}

/** The seed of a test key: the hash of its name, as in the reference. For tests only. */
export function testSeed(name: string): Secret<Uint8Array> {
  return new Secret(sha512Trunc256(toUtf8(name)))
}

/** A signer that everybody can make. For tests only: production forbids the known ones. */
export function createTestSigner(role: KeyRole, name: string): Signer {
  return createMemorySigner(role, testSeed(name))
}
