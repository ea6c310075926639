import { nodeFiles } from '@wadi/node-storage/node-files'
import { Entity } from '@wadi/primitives/entity'
import { entityContext, saveDescriptor, saveSignedEntity } from '@wadi/provisioning/entity-folder'
import type { OpenSigner } from '../../signing/openSigner.ts'
import { entityFolder, signValueWith } from '../../transaction/entitySigner.ts'
import type { EntityFlagValues } from '../../transaction/transactionFlags.ts'

/** Writes a descriptor into the folder that the flags name, and that signed for documents. */
export async function writeEntity(
  flags: EntityFlagValues,
  entity: Entity,
  signer: OpenSigner,
): Promise<void> {
  const folder = entityFolder(flags)
  const signed = await signValueWith(signer, entityContext, Entity, entity)
  saveDescriptor(nodeFiles, folder, entity)
  saveSignedEntity(nodeFiles, folder, signed)
}
