/** The entity that owns a node, as the operator says. */

import { equalBytes, parseUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { parseJson } from '@wadi/cbor/json'
import { type FileSystem, readWhole } from '@wadi/node-storage/file-system'
import { Entity } from '@wadi/primitives/entity'
import { PublicKey } from '@wadi/primitives/publicKey'
import { errors } from './errors.ts'
import { ENTITY_FILE_BYTES_MAX } from './limits.ts'

/** What the configuration says. */
export interface OwnerConfig {
  /** The file of its descriptor. */
  readonly entity?: string | undefined
  readonly entityId?: PublicKey | undefined
}

/** The owner's identifier; a node without one does not register. */
export function ownerOf(files: FileSystem, config: OwnerConfig): PublicKey | undefined {
  const { entity: path, entityId } = config
  if (path === undefined) return entityId
  if (!files.exists(path)) throw errors.ownerFile(`${path} does not exist`)
  if (sizeOf(files, path) > ENTITY_FILE_BYTES_MAX) throw errors.ownerFile(`${path} is too long`)
  try {
    const { id } = parseJson(Entity, parseUtf8(readWhole(files, path)))
    // What is absent is zero; the reference then waits for an entity that nobody can be.
    if (equalBytes(id, PublicKey.zero)) throw errors.ownerFile('it names no entity')
    return id
  } catch (error) {
    if (error instanceof CodedError) throw errors.ownerFile(`${path}: ${error.message}`)
    throw error
  }
}

function sizeOf(files: FileSystem, path: string): number {
  const file = files.openRead(path)
  try {
    return file.size()
  } finally {
    file.close()
  }
}
