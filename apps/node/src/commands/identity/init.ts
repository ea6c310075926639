import { processClock, processRandom } from '@wadi/compose/process-world'
import { command } from '@wadi/node-config/command'
import { loadOrCreateNodeIdentity } from '@wadi/node-crypto/keys/nodeIdentity'
import { verboseFlag } from '../stake/verboseFlag.ts'
import { dataFolderFlag, dataFolderOf } from './dataFolder.ts'

const DONE = 0

/** `identity init`: every key of a node that is missing; those that are there stay. */
export const init = command({
  name: 'init',
  summary: 'make the keys of a node, those that are missing',
  examples: ['wadi-node identity init --datadir /node/data'],
  options: { ...dataFolderFlag, ...verboseFlag },
  run({ flags }, { out }) {
    const dataDir = dataFolderOf(flags)
    loadOrCreateNodeIdentity({ dataDir, random: processRandom, nowMs: processClock.unixMs() })
    out.write(`Generated identity files in: ${flags.datadir}\n`)
    return DONE
  },
})
