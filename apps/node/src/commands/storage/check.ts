import { toHex } from '@wadi/base/bytes'
import { command } from '@wadi/node-config/command'
import { nodeFlags, persistentFlags } from '@wadi/node-config/node-flags'
import { checkTrees } from './checkTrees.ts'
import { namedRuntimes } from './namedRuntimes.ts'
import { withStore } from './nodeStores.ts'
import { needTrees } from './runtimeStores.ts'
import { findStoppedNode } from './stoppedNode.ts'

const DONE = 0

/** `storage check`: reads the trees of runtimes, and hashes them anew. */
export const check = command({
  name: 'check',
  summary: 'check that the databases of runtimes are whole',
  details: [
    'Reads what each round was made of and the state after the last one, and hashes it anew. The node',
    'must not run. Ends with 0 if all of it is as it was.',
  ],
  examples: [
    'wadi-node storage check --config node.yaml 000000000000000000000000000000000000000000000000e199119c992377cb',
  ],
  operands: '<runtime...>',
  options: { ...persistentFlags, 'runtime.debug.mock_ids': nodeFlags['runtime.debug.mock_ids'] },
  async run(call, world) {
    const ids = namedRuntimes('check', call.operands)
    const node = await findStoppedNode(call, world)
    for (const id of ids) {
      world.out.write(`Checking storage database for runtime ${toHex(id)}...\n`)
      const checked = withStore(needTrees(node, id), checkTrees)
      const sentence = checked
        ? `${checked.trees} trees of rounds ${checked.earliest} to ${checked.latest} are whole`
        : 'there is no round yet'
      world.out.write(`${sentence}\n`)
    }
    return DONE
  },
})
