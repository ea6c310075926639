/** `debug storage`: all of it is about runtimes. */

import type { CommandGroup } from '@wadi/node-config/command'
import { connectionFlags } from '../../connection/connectionFlags.ts'
import { runtimeCommand } from '../../storage/runtimeDatabases.ts'
import { genesisFileFlag } from '../../transaction/transactionFlags.ts'

const benchmark = runtimeCommand({
  name: 'benchmark',
  summary: 'measure a database of runtimes (not supported yet)',
  options: {
    'benchmark.profile_cpu': {
      kind: 'boolean',
      doc: 'Enable CPU profiling in benchmark',
      fallback: false,
    },
    'benchmark.profile_mem': {
      kind: 'boolean',
      doc: 'Enable memory profiling in benchmark',
      fallback: false,
    },
  },
})

const checkRoots = runtimeCommand({
  name: 'check-roots',
  summary: 'check that a node has all states of a runtime (not supported yet)',
  examples: [
    'wadi-node debug storage check-roots 000000000000000000000000000000000000000000000000e199119c992377cb',
  ],
  operands: '<runtime-id>',
  options: connectionFlags,
  count: (count) => count === 1,
})

const exportRoots = runtimeCommand({
  name: 'export',
  summary: 'write the states of runtimes that a genesis document names (not supported yet)',
  options: {
    ...genesisFileFlag,
    'storage.export.dir': {
      kind: 'text',
      doc: 'the destination directory for storage dumps',
      fallback: '',
    },
  },
})

/** See the top of this file. */
export const debugStorageCommands: CommandGroup = {
  name: 'storage',
  summary: 'about databases of runtimes (not supported yet)',
  shared: {},
  commands: [benchmark, checkRoots, exportRoots],
}
