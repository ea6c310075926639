import { command } from '@wadi/node-config/command'
import { persistentFlags } from '@wadi/node-config/node-flags'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { ENTITY_VERSION } from '@wadi/primitives/entity'
import { PublicKey } from '@wadi/primitives/publicKey'
import { saveDescriptor } from '@wadi/provisioning/entity-folder'
import { entityFolder, openEntitySigner } from '../transaction/entitySigner.ts'
import { entityFlags } from '../transaction/transactionFlags.ts'

const DONE = 0

/** `signer export`: a descriptor without nodes for the key that is there; it replaces another. */
export const exportEntity = command({
  name: 'export',
  summary: 'write the public key of an entity as a descriptor without nodes',
  examples: ['wadi-node signer export --signer.dir entity'],
  options: { ...entityFlags, 'debug.dont_blame_oasis': persistentFlags['debug.dont_blame_oasis'] },
  async run({ flags }) {
    using signer = await openEntitySigner(flags)
    const id = PublicKey.check(signer.publicKey)
    saveDescriptor(nodeFiles, entityFolder(flags), { v: ENTITY_VERSION, id, nodes: [] })
    return DONE
  },
})
