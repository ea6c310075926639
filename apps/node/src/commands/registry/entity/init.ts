import { processRandom } from '@wadi/compose/process-world'
import { command } from '@wadi/node-config/command'
import { persistentFlags } from '@wadi/node-config/node-flags'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { ENTITY_VERSION } from '@wadi/primitives/entity'
import { PublicKey } from '@wadi/primitives/publicKey'
import { createEntity, saveSignedEntity, signEntity } from '@wadi/provisioning/entity-folder'
import { testEntity } from '@wadi/provisioning/test-entity'
import { keyPlaceOf } from '../../signing/keyPlace.ts'
import { errors } from '../../transaction/commandErrors.ts'
import { entityFolder, isTestEntity, openEntitySigner } from '../../transaction/entitySigner.ts'
import { entityFlags } from '../../transaction/transactionFlags.ts'
import { writeEntity } from './writeEntity.ts'

const DONE = 0

/** `registry entity init`: an entity's key, its descriptor, and that signed for documents. */
export const init = command({
  name: 'init',
  summary: 'make an entity: its key and its descriptor, and that for a genesis document',
  details: [
    'The folder has to be there. Keep a copy of entity.pem where nobody else reads it: whoever has',
    'it decides about the nodes and the stake of the entity.',
  ],
  examples: ['wadi-node registry entity init --signer.dir entity'],
  options: {
    ...entityFlags,
    'debug.dont_blame_oasis': persistentFlags['debug.dont_blame_oasis'],
    'entity.reuse_signer': {
      kind: 'boolean',
      doc: 'use the key that is there instead of making one',
      fallback: false,
    },
    force: { kind: 'boolean', doc: 'replace a descriptor that is there', fallback: false },
  },
  async run({ flags }) {
    const folder = entityFolder(flags)
    if (isTestEntity(flags)) {
      if (!flags.force)
        throw errors.badValue('the entity of tests exists already; give --force to sign it anew')
      saveSignedEntity(nodeFiles, folder, signEntity(testEntity()))
      return DONE
    }
    if (keyPlaceOf(flags, 'entity').kind === 'remote') {
      if (!flags['entity.reuse_signer'])
        throw errors.unsupported(
          'a remote signer makes its keys itself; make one there, and give --entity.reuse_signer',
        )
      // COMPAT(oasis-core): a descriptor that is there is written over.
      using signer = await openEntitySigner(flags)
      const id = PublicKey.check(signer.publicKey)
      await writeEntity(flags, { v: ENTITY_VERSION, id, nodes: [] }, signer)
      return DONE
    }
    createEntity({ files: nodeFiles, random: processRandom }, folder, {
      reusesKey: flags['entity.reuse_signer'],
      replacesDescriptor: flags.force,
    })
    return DONE
  },
})
