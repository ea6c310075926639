import { calls } from '@wadi/consensus/control/api'
import { command } from '@wadi/node-config/command'
import { printAddress, stakingAddress } from '@wadi/primitives/address'
import { connectionFlags } from '../connection/connectionFlags.ts'
import { withNode } from '../connection/nodeConnection.ts'
import { orUnknown } from '../connection/orUnknown.ts'

const DONE = 0

/** `identity show-address`: the account of a running node; 128 if it cannot be asked. */
export const showAddress = command({
  name: 'show-address',
  summary: 'print the address by which the network knows a running node',
  options: connectionFlags,
  run: ({ flags }, world) =>
    orUnknown(world, () =>
      withNode(flags, world, async (node) => {
        const { identity } = await node.ask(calls, 'NodeController/GetStatus')
        world.out.write(`${printAddress(stakingAddress(identity.node))}\n`)
        return DONE
      }),
    ),
})
