/**
 * The folder of an entity:
 *
 *   entity.pem             its private key; made once and never replaced
 *   entity.json            its descriptor
 *   entity_genesis.json    the descriptor signed, for genesis documents
 */

import { join } from 'node:path'
import { equalBytes, toBase64 } from '@wadi/base/bytes'
import { isTold, UnavailableError } from '@wadi/base/errors'
import type { RandomSource } from '@wadi/base/random'
import { toIndentedJson } from '@wadi/cbor/json'
import { contextOf, type SignatureContext } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { createKeyFile } from '@wadi/node-crypto/keys/keyFile'
import { loadEntitySigner } from '@wadi/node-crypto/keys/nodeIdentity'
import type { FileSystem } from '@wadi/node-storage/file-system'
import { ENTITY_VERSION, Entity, SignedEntity } from '@wadi/primitives/entity'
import { signValue } from '@wadi/primitives/envelope'
import { PublicKey } from '@wadi/primitives/publicKey'
import { errors } from '../errors.ts'
import { readNamedJson, writeNamed } from '../namedFile.ts'
import type { OwnedEntity } from './testEntity.ts'

/** The names of the files. */
export const ENTITY_FILES = {
  key: 'entity.pem',
  descriptor: 'entity.json',
  genesis: 'entity_genesis.json',
} as const

const INIT = 'make an entity with `registry entity init`'

/** Where entities are kept, and what new keys are made of. */
export interface EntityWorld {
  readonly files: FileSystem
  readonly random: RandomSource
}

/** What is to become of what is in the folder already. */
export interface EntityChoices {
  /** Is the key there, to be used? */
  readonly reusesKey: boolean
  /** May a descriptor that is there be replaced? */
  readonly replacesDescriptor: boolean
}

function requireFolder(files: FileSystem, folder: string): void {
  if (files.exists(folder)) return
  throw new UnavailableError(
    'provisioning.noFolder',
    `${folder} does not exist; make it, or name the folder of the entity with --signer.dir`,
  )
}

/** A public key, and where its private one is. */
export interface HeldKey {
  readonly publicKey: Uint8Array
  /** In a sentence about it. */
  readonly holder: string
}

/** The descriptor of a folder, which must be of this key. */
export function loadDescriptor(
  files: FileSystem,
  folder: string,
  { publicKey, holder }: HeldKey,
): Entity {
  requireFolder(files, folder)
  const path = join(folder, ENTITY_FILES.descriptor)
  const named = { path, what: 'the descriptor of an entity', remedy: INIT }
  const entity = readNamedJson(files, named, Entity)
  if (equalBytes(entity.id, publicKey)) return entity
  throw errors.mismatch(
    `${path} is of ${toBase64(entity.id)}, and ${holder} of ${toBase64(publicKey)}; put the two ` +
      'that belong together into one folder',
  )
}

/** The entity of a folder, with its key. */
export function loadEntity(files: FileSystem, folder: string): OwnedEntity {
  requireFolder(files, folder)
  const signer = loadEntitySigner(folder)
  const { publicKey } = signer
  const held = { publicKey, holder: `${ENTITY_FILES.key} beside it` }
  return { entity: loadDescriptor(files, folder, held), signer }
}

/** COMPAT(oasis-core): an entity exists if it can be loaded; remains of one are in nobody's way. */
function hasEntity(files: FileSystem, folder: string): boolean {
  try {
    loadEntity(files, folder)
    return true
  } catch (error) {
    if (isTold(error)) return false
    throw error
  }
}

/** Makes an entity: its key unless that is there, and its descriptor without nodes. */
export function createEntity(
  { files, random }: EntityWorld,
  folder: string,
  { reusesKey, replacesDescriptor }: EntityChoices,
): OwnedEntity {
  requireFolder(files, folder)
  const keyPath = join(folder, ENTITY_FILES.key)
  if (!replacesDescriptor && hasEntity(files, folder))
    throw errors.exists(
      `${folder} has an entity; name another folder, or give --force and --entity.reuse_signer ` +
        'to make its descriptor anew',
    )
  if (!reusesKey) {
    if (files.exists(keyPath))
      throw errors.exists(
        `${keyPath} exists and a key is never replaced; give --entity.reuse_signer to use it`,
      )
    createKeyFile(keyPath, random)
  }
  const signer = loadEntitySigner(folder)
  const id = PublicKey.check(signer.publicKey)
  const owned: OwnedEntity = { entity: { v: ENTITY_VERSION, id, nodes: [] }, signer }
  saveEntity(files, folder, owned)
  return owned
}

/** What the signature of a descriptor is for. */
export const entityContext: SignatureContext = contextOf(contexts.registerEntity)

/** The descriptor, signed for genesis documents. */
export function signEntity({ entity, signer }: OwnedEntity): SignedEntity {
  return signValue(signer, entityContext, Entity, entity)
}

/** Writes a descriptor. */
export function saveDescriptor(files: FileSystem, folder: string, entity: Entity): void {
  writeNamed(files, join(folder, ENTITY_FILES.descriptor), toIndentedJson(Entity, entity))
}

/** Writes a descriptor that is signed for genesis documents. */
export function saveSignedEntity(files: FileSystem, folder: string, signed: SignedEntity): void {
  writeNamed(files, join(folder, ENTITY_FILES.genesis), toIndentedJson(SignedEntity, signed))
}

/** Writes the descriptor, and beside it the signed one. */
export function saveEntity(files: FileSystem, folder: string, owned: OwnedEntity): void {
  saveDescriptor(files, folder, owned.entity)
  saveSignedEntity(files, folder, signEntity(owned))
}
