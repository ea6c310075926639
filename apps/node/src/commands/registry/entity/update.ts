import { command } from '@wadi/node-config/command'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { loadEntity, saveEntity } from '@wadi/provisioning/entity-folder'
import { testEntity } from '@wadi/provisioning/test-entity'
import { withNodes } from '@wadi/provisioning/vouched-nodes'
import { sanityFlags, sanityTermsOf } from '../../genesis/sanityTerms.ts'
import { checkSignerBackend, entityFolder } from '../../transaction/entitySigner.ts'
import { publicKeyOf } from '../../transaction/flagValues.ts'
import { entityFlags } from '../../transaction/transactionFlags.ts'

const DONE = 0
const IDS = 'entity.node.id'
const DESCRIPTORS = 'entity.node.descriptor'

/** `registry entity update`: the nodes that an entity vouches for, instead of those before. */
export const update = command({
  name: 'update',
  summary: 'say which nodes an entity vouches for',
  options: {
    ...entityFlags,
    ...sanityFlags,
    [DESCRIPTORS]: {
      kind: 'texts',
      doc: 'file with the signed descriptor of a node',
      fallback: [],
    },
    [IDS]: { kind: 'texts', doc: 'public key of a node', fallback: [] },
  },
  run({ flags }) {
    checkSignerBackend(flags)
    const folder = entityFolder(flags)
    const hasTestEntity = flags['debug.dont_blame_oasis'] && flags['debug.test_entity']
    const ids = flags[IDS].map((id) => publicKeyOf(IDS, id))
    const { entity, signer } = hasTestEntity ? testEntity() : loadEntity(nodeFiles, folder)
    const nodes = { ids, descriptors: flags[DESCRIPTORS] }
    const { signatures } = sanityTermsOf(flags)
    const updated = withNodes(entity, nodes, { files: nodeFiles, signatures })
    saveEntity(nodeFiles, folder, { entity: updated, signer })
    return DONE
  },
})
