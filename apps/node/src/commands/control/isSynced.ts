import { calls } from '@wadi/consensus/control/api'
import { command } from '@wadi/node-config/command'
import { connectionFlags } from '../connection/connectionFlags.ts'
import { withNode } from '../connection/nodeConnection.ts'
import { orUnknown } from '../connection/orUnknown.ts'

const SYNCED = 0
const NOT_SYNCED = 1

/** `control is-synced`: answers by its exit code; 128 if the node cannot be asked. */
export const isSynced = command({
  name: 'is-synced',
  summary: 'exit with 0 if the node has caught up with the network, with 1 if not',
  options: connectionFlags,
  run: ({ flags }, world) =>
    orUnknown(world, () =>
      withNode(flags, world, async (node) => {
        const isDone = await node.ask(calls, 'NodeController/IsSynced')
        world.out.write(
          isDone ? 'node completed initial syncing\n' : 'node has not completed initial syncing\n',
        )
        return isDone ? SYNCED : NOT_SYNCED
      }),
    ),
})
