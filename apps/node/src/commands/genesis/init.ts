import { processClock } from '@wadi/compose/process-world'
import { command } from '@wadi/node-config/command'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { assembleGenesis } from '@wadi/provisioning/assemble-genesis'
import { writeGenesisFile } from '@wadi/provisioning/genesis-file'
import { requireFolderOf } from '@wadi/provisioning/named-file'
import { requiredText } from '../transaction/flagValues.ts'
import { genesisSettingsOf } from './genesisSettingsOf.ts'
import { initFlags } from './initFlags.ts'
import { sanityTermsOf } from './sanityTerms.ts'

const DONE = 0

/** `genesis init`: the document of a network, out of flags and files. */
export const init = command<typeof initFlags>({
  name: 'init',
  summary: 'make the genesis document of a network',
  details: [
    'It names who is there from the beginning: entities and nodes whose descriptors "registry',
    'entity init" and "registry node init" have made, and the ledger of accounts (--staking).',
    'Amounts are in base units, the smallest parts of a token.',
  ],
  examples: [
    'wadi-node genesis init -g genesis.json --chain.id test --entity entity/entity_genesis.json --node node/node_genesis.json --staking.token_symbol TEST',
  ],
  options: initFlags,
  run({ flags }) {
    const path = requiredText('genesis.file', flags['genesis.file'], 'the file to write')
    const settings = genesisSettingsOf(flags, processClock.unixMs())
    requireFolderOf(nodeFiles, path)
    const document = assembleGenesis(settings, { files: nodeFiles, ...sanityTermsOf(flags) })
    writeGenesisFile(nodeFiles, path, document)
    return DONE
  },
})
