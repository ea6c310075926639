/** Who signs: an entity, with the files of its folder, or with a signer elsewhere. */

import { encode } from '@wadi/cbor/codec'
import type { Schema } from '@wadi/cbor/schema'
import type { SignatureContext } from '@wadi/crypto/signature/context'
import { loadEntitySigner } from '@wadi/node-crypto/keys/nodeIdentity'
import { nodeFiles } from '@wadi/node-storage/node-files'
import type { Entity } from '@wadi/primitives/entity'
import { PublicKey } from '@wadi/primitives/publicKey'
import { RawSignature, type Signed } from '@wadi/primitives/signed'
import { loadDescriptor, loadEntity } from '@wadi/provisioning/entity-folder'
import { testEntity } from '@wadi/provisioning/test-entity'
import { keyPlaceOf } from '../signing/keyPlace.ts'
import { type OpenSigner, openHere } from '../signing/openSigner.ts'
import { RemoteKey } from '../signing/remoteSigner.ts'
import type { EntityFlagValues } from './transactionFlags.ts'

/** The folder of an entity: the one that is named, else the working folder. */
export function entityFolder(flags: Pick<EntityFlagValues, 'signer.dir'>): string {
  const folder = flags['signer.dir']
  return folder === '' ? process.cwd() : folder
}

/** Is it the entity that all tests share? */
export function isTestEntity(flags: EntityFlagValues): boolean {
  return flags['debug.dont_blame_oasis'] && flags['debug.test_entity']
}

/** The key of the entity that the flags name. Whoever asks closes it. */
export async function openEntitySigner(flags: EntityFlagValues): Promise<OpenSigner> {
  if (isTestEntity(flags)) return openHere(testEntity().signer)
  const place = keyPlaceOf(flags, 'entity')
  if (place.kind === 'remote') return RemoteKey.open(place, 'entity')
  return openHere(loadEntitySigner(entityFolder(flags)))
}

/** The descriptor of an entity, and its key. */
export interface SigningEntity {
  readonly entity: Entity
  readonly signer: OpenSigner
}

/** The entity that the flags name, and its key. Whoever asks closes the signer. */
export async function openEntity(flags: EntityFlagValues): Promise<SigningEntity> {
  const isHere = isTestEntity(flags) || keyPlaceOf(flags, 'entity').kind === 'file'
  if (isHere) {
    const owned = isTestEntity(flags) ? testEntity() : loadEntity(nodeFiles, entityFolder(flags))
    return { entity: owned.entity, signer: openHere(owned.signer) }
  }
  const signer = await openEntitySigner(flags)
  try {
    const held = { publicKey: signer.publicKey, holder: 'the key of the remote signer' }
    return { entity: loadDescriptor(nodeFiles, entityFolder(flags), held), signer }
  } catch (error) {
    signer[Symbol.dispose]()
    throw error
  }
}

/** Encodes a value and has it signed. */
export async function signValueWith<T>(
  signer: OpenSigner,
  context: SignatureContext,
  schema: Schema<T>,
  value: T,
): Promise<Signed> {
  const untrustedRawValue = encode(schema, value)
  const signature = RawSignature.check(await signer.sign(context, untrustedRawValue))
  return {
    untrustedRawValue,
    signature: { publicKey: PublicKey.check(signer.publicKey), signature },
  }
}
