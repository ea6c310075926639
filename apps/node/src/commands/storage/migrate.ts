import { toHex } from '@wadi/base/bytes'
import { command } from '@wadi/node-config/command'
import { nodeFlags, persistentFlags } from '@wadi/node-config/node-flags'
import { namedRuntimes } from './namedRuntimes.ts'
import { needTrees } from './runtimeStores.ts'
import { findStoppedNode } from './stoppedNode.ts'

const DONE = 0

/** `storage migrate`: there is one format so far, and a store of another one is not opened. */
export const migrate = command({
  name: 'migrate',
  summary: 'bring databases of runtimes to the format of this version (there is only one so far)',
  details: [
    'All databases that this program has ever written have the format that it reads: it looks whether they',
    'are there, and changes nothing. Those of oasis-node are not read; a node syncs anew without them.',
  ],
  examples: [
    'wadi-node storage migrate --config node.yaml 000000000000000000000000000000000000000000000000e199119c992377cb',
  ],
  operands: '<runtime...>',
  options: { ...persistentFlags, 'runtime.debug.mock_ids': nodeFlags['runtime.debug.mock_ids'] },
  async run(call, world) {
    const ids = namedRuntimes('migrate', call.operands)
    const node = await findStoppedNode(call, world)
    for (const id of ids) {
      needTrees(node, id).close()
      world.out.write(`${toHex(id)}: there is nothing to migrate, its format is that of today\n`)
    }
    return DONE
  },
})
