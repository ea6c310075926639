import { calls } from '@wadi/consensus/consensus/api'
import { command } from '@wadi/node-config/command'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { requireFolderOf } from '@wadi/provisioning/named-file'
import { connectionFlags } from '../connection/connectionFlags.ts'
import { withNode } from '../connection/nodeConnection.ts'
import { genesisFileFlag } from '../transaction/transactionFlags.ts'
import { writeGenesis } from './writeGenesis.ts'

const DONE = 0

/** `genesis dump`: the state of a running node as a document with which a network can go on. */
export const dump = command({
  name: 'dump',
  summary: 'write the state of a running node as a genesis document',
  examples: ['wadi-node genesis dump -a unix:/node/data/internal.sock -g genesis.json'],
  options: {
    ...connectionFlags,
    ...genesisFileFlag,
    height: {
      kind: 'integer',
      doc: 'height of the state; 0 for the last',
      fallback: 0n,
      word: 'int',
    },
  },
  run({ flags }, world) {
    const path = flags['genesis.file']
    if (path !== '') requireFolderOf(nodeFiles, path)
    return withNode(flags, world, async (node) => {
      const document = await node.ask(calls, 'Consensus/StateToGenesis', flags.height)
      writeGenesis(document, path, world)
      return DONE
    })
  },
})
