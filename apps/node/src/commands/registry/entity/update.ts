import { command } from '@wadi/node-config/command'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { withNodes } from '@wadi/provisioning/vouched-nodes'
import { sanityFlags, sanityTermsOf } from '../../genesis/sanityTerms.ts'
import { openEntity } from '../../transaction/entitySigner.ts'
import { publicKeyOf } from '../../transaction/flagValues.ts'
import { entityFlags } from '../../transaction/transactionFlags.ts'
import { writeEntity } from './writeEntity.ts'

const DONE = 0
const IDS = 'entity.node.id'
const DESCRIPTORS = 'entity.node.descriptor'

/** `registry entity update`: the nodes that an entity vouches for, instead of those before. */
export const update = command({
  name: 'update',
  summary: 'say which nodes an entity vouches for',
  details: [
    'Nodes that are named here replace those before; both flags may be given several times. It',
    'changes the files of the entity only: what a network knows is changed by "registry entity',
    'gen_register".',
  ],
  examples: [
    'wadi-node registry entity update --signer.dir entity --entity.node.descriptor node/node_genesis.json',
  ],
  options: {
    ...entityFlags,
    ...sanityFlags,
    [DESCRIPTORS]: {
      kind: 'texts',
      doc: 'file with the descriptor of a node, as "registry node init" writes it',
      fallback: [],
    },
    [IDS]: { kind: 'texts', doc: 'public key of a node, in base64', fallback: [] },
  },
  async run({ flags }) {
    const ids = flags[IDS].map((id) => publicKeyOf(IDS, id))
    const nodes = { ids, descriptors: flags[DESCRIPTORS] }
    const { signatures } = sanityTermsOf(flags)
    const { entity, signer } = await openEntity(flags)
    using by = signer
    const updated = withNodes(entity, nodes, { files: nodeFiles, signatures })
    await writeEntity(flags, updated, by)
    return DONE
  },
})
