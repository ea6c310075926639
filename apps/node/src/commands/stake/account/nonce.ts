import { calls } from '@wadi/consensus/staking/api'
import { command } from '@wadi/node-config/command'
import { connectionFlags } from '../../connection/connectionFlags.ts'
import { withNode } from '../../connection/nodeConnection.ts'
import { addressOf } from '../../transaction/flagValues.ts'
import { accountFlag } from './stakeFlags.ts'

const DONE = 0
const LAST = 0n

/** `stake account nonce`. */
export const nonce = command({
  name: 'nonce',
  summary: 'show how many transactions an account has sent: the nonce of its next one',
  options: { ...connectionFlags, ...accountFlag },
  run({ flags }, world) {
    const owner = addressOf('stake.account.address', flags['stake.account.address'])
    return withNode(flags, world, async (node) => {
      const { general } = await node.ask(calls, 'Staking/Account', { height: LAST, owner })
      world.out.write(`${general.nonce}\n`)
      return DONE
    })
  },
})
