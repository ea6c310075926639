/** `debug storage`: all of it is about runtimes. */

import type { CommandGroup } from '@wadi/node-config/command'
import { connectionFlags } from '../../connection/connectionFlags.ts'
import { runtimeCommand } from '../../storage/runtimeDatabases.ts'
import { genesisFileFlag } from '../../transaction/transactionFlags.ts'

const benchmark = runtimeCommand({
  name: 'benchmark',
  summary: 'benchmark storage backend',
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
  summary: 'check that the given storage node has all the roots up to the current block',
  operands: 'runtime-id (hex)',
  options: connectionFlags,
  count: (count) => count === 1,
})

const exportRoots = runtimeCommand({
  name: 'export',
  summary: 'export the storage roots contained in a state dump',
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
  summary: 'node storage interface utilities',
  shared: {},
  commands: [benchmark, checkRoots, exportRoots],
}
