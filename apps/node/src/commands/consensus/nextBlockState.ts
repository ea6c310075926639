import { engineCalls } from '@wadi/consensus/consensus/api'
import { command } from '@wadi/node-config/command'
import { connectionFlags } from '../connection/connectionFlags.ts'
import { withNode } from '../connection/nodeConnection.ts'
import { orUnknown } from '../connection/orUnknown.ts'
import { printAnswer } from '../connection/printAnswer.ts'

const DONE = 0
const CALL = 'Consensus/GetNextBlockState'

/** `consensus next_block_state`. */
export const nextBlockState = command({
  name: 'next_block_state',
  summary: 'show how far the network is with the next block: who proposes, who has voted',
  options: connectionFlags,
  run: ({ flags }, world) =>
    orUnknown(world, () =>
      withNode(flags, world, async (node) => {
        world.out.write(printAnswer(engineCalls, CALL, await node.ask(engineCalls, CALL)))
        return DONE
      }),
    ),
})
