import { calls } from '@wadi/consensus/control/api'
import { command } from '@wadi/node-config/command'
import { connectionFlags } from '../connection/connectionFlags.ts'
import { withNode } from '../connection/nodeConnection.ts'
import { orUnknown } from '../connection/orUnknown.ts'
import { printAnswer } from '../connection/printAnswer.ts'

const DONE = 0
const CALL = 'NodeController/GetStatus'

/** `control status`; 128 if the node cannot be asked. */
export const status = command({
  name: 'status',
  summary: 'show how the node is, in JSON',
  examples: ['wadi-node control status -a unix:/node/data/internal.sock'],
  options: connectionFlags,
  run: ({ flags }, world) =>
    orUnknown(world, () =>
      withNode(flags, world, async (node) => {
        world.out.write(printAnswer(calls, CALL, await node.ask(calls, CALL)))
        return DONE
      }),
    ),
})
