import { processRandom } from '@wadi/compose/process-world'
import { command } from '@wadi/node-config/command'
import { persistentFlags } from '@wadi/node-config/node-flags'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { createEntity, saveEntityGenesis } from '@wadi/provisioning/entity-folder'
import { testEntity } from '@wadi/provisioning/test-entity'
import { errors } from '../../transaction/commandErrors.ts'
import { checkSignerBackend, entityFolder } from '../../transaction/entitySigner.ts'
import { entityFlags } from '../../transaction/transactionFlags.ts'

const DONE = 0

/** `registry entity init`: an entity's key, its descriptor, and that signed for documents. */
export const init = command({
  name: 'init',
  summary: 'make an entity: its key and its descriptor, and that for a genesis document',
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
  run({ flags }) {
    checkSignerBackend(flags)
    const folder = entityFolder(flags)
    if (flags['debug.dont_blame_oasis'] && flags['debug.test_entity']) {
      if (!flags.force)
        throw errors.badValue('the entity of tests exists already; give --force to sign it anew')
      saveEntityGenesis(nodeFiles, folder, testEntity())
      return DONE
    }
    createEntity({ files: nodeFiles, random: processRandom }, folder, {
      reusesKey: flags['entity.reuse_signer'],
      replacesDescriptor: flags.force,
    })
    return DONE
  },
})
