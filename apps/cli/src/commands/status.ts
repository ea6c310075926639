import { toHex } from '@wadi/base/bytes'
import { printTime } from '@wadi/cbor/time'
import { StatusState } from '@wadi/consensus/consensus/status'
import { answer } from '../command/answer.ts'
import { operandsOf } from '../command/operands.ts'
import { wadiCommand } from '../command/wadiCommand.ts'
import { withNetwork } from '../network/withNetwork.ts'
import { factLines } from '../words/lines.ts'

/** `wadi status`. */
export const status = wadiCommand({
  name: 'status',
  summary: 'show how the node is: its last block, its epoch, its peers',
  details: ['An epoch is a number of blocks, after which validators are elected anew.'],
  asks: 'unproved',
  examples: ['wadi status'],
  options: {},
  run: ({ flags, operands }, world) =>
    withNetwork(flags, world, async ({ client, node }) => {
      operandsOf(operands)
      const found = await client.consensus.getStatus()
      const isSynced = found.status === StatusState.names.ready
      const peers = found.peers?.peers?.length
      const json = {
        node: node.target,
        is_synced: isSynced,
        height: found.latestHeight,
        hash: toHex(found.latestHash),
        time: printTime(found.latestTime),
        epoch: found.latestEpoch,
        oldest_height: found.lastRetainedHeight,
        is_validator: found.isValidator,
        peers,
      }
      const lines = factLines([
        ['Node', node.target],
        ['State', isSynced ? 'has the last block' : 'is catching up'],
        ['Height', found.latestHeight],
        ['Hash', json.hash],
        ['Time', json.time],
        ['Epoch', found.latestEpoch],
        ['Has blocks from', found.lastRetainedHeight],
        ['Validator', found.isValidator ? 'yes' : 'no'],
        ['Peers', peers],
      ])
      return answer(flags, world, { json, lines })
    }),
})
