import { engineCalls } from '@wadi/consensus/consensus/api'
import { command } from '@wadi/node-config/command'
import { connectionFlags } from '../../connection/connectionFlags.ts'
import { type AskedNode, withNode } from '../../connection/nodeConnection.ts'
import { addressOf } from '../../transaction/flagValues.ts'
import { textOf } from '../../transaction/lines.ts'
import { askForAccount } from './accountView.ts'
import { describeAccount } from './describeAccount.ts'
import { accountFlag } from './stakeFlags.ts'

const DONE = 0
const LAST = 0n

/** One height for all that is asked, although blocks go on. */
async function heightOf(node: AskedNode, asked: bigint): Promise<bigint> {
  if (asked !== LAST) return asked
  const { height } = await node.ask(engineCalls, 'Consensus/GetBlock', LAST)
  return height
}

/** `stake account info`. */
export const info = command({
  name: 'info',
  summary: 'show what an account has',
  examples: [
    'wadi-node stake account info --stake.account.address oasis1qrad7s7nqm4gvyzr8yt2rdk0ref489rn3vn400d6',
  ],
  options: {
    ...connectionFlags,
    ...accountFlag,
    height: {
      kind: 'integer',
      doc: 'height at which to query for info (default 0, i.e. latest height)',
      fallback: LAST,
      word: 'int',
    },
  },
  run({ flags }, world) {
    const owner = addressOf('stake.account.address', flags['stake.account.address'])
    return withNode(flags, world, async (node) => {
      const height = await heightOf(node, flags.height)
      const lines = describeAccount(await askForAccount(node, { height, owner }))
      world.out.write(textOf(lines))
      return DONE
    })
  },
})
