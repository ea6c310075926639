/** Who signs: an entity, with the files of its folder. */

import { join } from 'node:path'
import { equalBytes, toBase64 } from '@wadi/base/bytes'
import { parseJson } from '@wadi/cbor/json'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import type { Signer } from '@wadi/crypto/signature/signer'
import { loadEntitySigner } from '@wadi/node-crypto/keys/nodeIdentity'
import { ENTITY_VERSION, Entity } from '@wadi/primitives/entity'
import { PublicKey } from '@wadi/primitives/publicKey'
import { errors } from './commandErrors.ts'
import { readNamedText } from './textFile.ts'
import type { EntityFlagValues } from './transactionFlags.ts'

/** An entity that can sign. */
export interface SigningEntity {
  readonly entity: Entity
  readonly signer: Signer
}

/** The name of an entity's descriptor in its folder. */
export const ENTITY_FILE = 'entity.json'
/** COMPAT(oasis-core): the entity of all tests. */
const TEST_ENTITY_NAME = 'ekiden test entity key seed'

/** The folder of an entity: the one that is named, else the working folder. */
export function entityFolder(flags: Pick<EntityFlagValues, 'signer.dir'>): string {
  const folder = flags['signer.dir']
  return folder === '' ? process.cwd() : folder
}

/** Refuses every backend of keys but files. */
export function checkSignerBackend(flags: Pick<EntityFlagValues, 'signer.backend'>): void {
  const backend = flags['signer.backend'].toLowerCase()
  if (backend === 'file') return
  const isKnown = ['plugin', 'remote', 'composite'].includes(backend)
  if (isKnown)
    throw errors.unsupported(
      `--signer.backend ${backend} is not supported; keep the key in a file, and use --signer.backend file`,
    )
  throw errors.badValue(
    `--signer.backend is ${JSON.stringify(backend)}, which nobody knows; use file`,
  )
}

/** The entity of all tests, whose key everybody knows. */
export function testEntity(): SigningEntity {
  const signer = createTestSigner('entity', TEST_ENTITY_NAME)
  const id = PublicKey.check(signer.publicKey)
  return { entity: { v: ENTITY_VERSION, id, nodes: [] }, signer }
}

/** The entity that the flags name, and its key. */
export function loadSigningEntity(flags: EntityFlagValues): SigningEntity {
  if (flags['debug.dont_blame_oasis'] && flags['debug.test_entity']) return testEntity()
  checkSignerBackend(flags)
  const folder = entityFolder(flags)
  const signer = loadEntitySigner(folder)
  const path = join(folder, ENTITY_FILE)
  const entity = readNamedText(path, "an entity's descriptor", (text) => parseJson(Entity, text))
  if (!equalBytes(entity.id, signer.publicKey)) {
    const [key, id] = [toBase64(signer.publicKey), toBase64(entity.id)]
    throw errors.badFile(
      `${path} is of the entity ${id}, and the key in that folder is ${key}; name the folder of one entity with --signer.dir`,
    )
  }
  return { entity, signer }
}
