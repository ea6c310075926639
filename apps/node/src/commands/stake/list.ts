import { keyedMap, mapOf } from '@wadi/cbor/collections'
import { toIndentedJson } from '@wadi/cbor/json'
import { Account } from '@wadi/consensus/staking'
import { calls } from '@wadi/consensus/staking/api'
import { command } from '@wadi/node-config/command'
import { Address, printAddress } from '@wadi/primitives/address'
import { connectionFlags } from '../connection/connectionFlags.ts'
import { withNode } from '../connection/nodeConnection.ts'
import { verboseFlag } from './verboseFlag.ts'

const DONE = 0
const height = 0n
const Accounts = mapOf(Address, Account)

/** `stake list`: the address of each account, or all that is in it. */
export const list = command({
  name: 'list',
  summary: 'list the addresses of all accounts',
  options: { ...connectionFlags, ...verboseFlag },
  run: ({ flags }, world) =>
    withNode(flags, world, async (node) => {
      for (const owner of await node.ask(calls, 'Staking/Addresses', height)) {
        if (flags.verbose) {
          const account = await node.ask(calls, 'Staking/Account', { height, owner })
          const one = keyedMap(Address, [[owner, account]])
          world.out.write(`${toIndentedJson(Accounts, one)}\n`)
        } else world.out.write(`${printAddress(owner)}\n`)
      }
      return DONE
    }),
})
