import { command } from '@wadi/node-config/command'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { inspectGenesisFile } from '@wadi/provisioning/genesis-file'
import { genesisFileFlag } from '../transaction/transactionFlags.ts'
import { sanityFlags, sanityTermsOf } from './sanityTerms.ts'

const GOOD = 0
const BAD = 1

/** `genesis check`: can a network begin with the file, and is its form the canonical one? */
export const check = command({
  name: 'check',
  summary: 'check a genesis document',
  examples: ['wadi-node genesis check -g genesis.json'],
  options: { ...genesisFileFlag, ...sanityFlags },
  run({ flags }, { out, err }) {
    const path = flags['genesis.file']
    const found = inspectGenesisFile(nodeFiles, path, sanityTermsOf(flags))
    const { chainContext, checksum, difference } = found
    if (difference !== undefined) {
      err.write(
        `Error: ${path} is not in the canonical form; write it as the lines with + below say\n` +
          `Diff:\n${difference}\n`,
      )
      return BAD
    }
    out.write(
      'genesis file is valid and in canonical form\n' +
        `genesis document's hash: ${chainContext}\n` +
        `genesis file's SHA256 checksum: ${checksum}\n`,
    )
    return GOOD
  },
})
