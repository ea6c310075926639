import { CodedError } from '@wadi/base/errors'
import { command } from '@wadi/node-config/command'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { readGenesisFile, requireSane } from '@wadi/provisioning/genesis-file'
import { migrateGenesis } from '@wadi/provisioning/migrate-genesis'
import { requireFolderOf } from '@wadi/provisioning/named-file'
import { genesisFileFlag } from '../transaction/transactionFlags.ts'
import { sanityFlags, sanityTermsOf } from './sanityTerms.ts'
import { writeGenesis } from './writeGenesis.ts'

const DONE = 0

/** `genesis migrate`: a document of the release before, as this one begins with it. */
export const migrate = command({
  name: 'migrate',
  summary: 'bring a genesis document of the release before to this one',
  examples: ['wadi-node genesis migrate -g genesis.json --genesis.new_file genesis_new.json'],
  options: {
    ...genesisFileFlag,
    ...sanityFlags,
    'genesis.new_chain_id': { kind: 'text', doc: 'another name for the network', fallback: '' },
    'genesis.new_file': {
      kind: 'text',
      doc: 'file to write; the output if it is empty',
      fallback: 'genesis_new.json',
    },
  },
  run({ flags }, world) {
    const path = flags['genesis.new_file']
    if (path !== '') requireFolderOf(nodeFiles, path)
    const terms = sanityTermsOf(flags)
    const { document: old } = readGenesisFile(nodeFiles, flags['genesis.file'])
    const newChainId = flags['genesis.new_chain_id'] || undefined
    const { signatures } = terms
    const { document, warnings } = migrateGenesis(old, { newChainId, signatures })
    for (const warning of warnings) world.err.write(`Warning: ${warning}\n`)
    try {
      requireSane(document, 'the migrated document', terms)
    } catch (error) {
      // COMPAT(oasis-core): it is written all the same, for people to correct it.
      if (!(error instanceof CodedError)) throw error
      world.err.write(`Warning: ${error.context ?? error.message}\n`)
    }
    writeGenesis(document, path, world)
    return DONE
  },
})
