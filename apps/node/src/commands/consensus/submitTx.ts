import { engineCalls } from '@wadi/consensus/consensus/api'
import { command } from '@wadi/node-config/command'
import { connectionFlags } from '../connection/connectionFlags.ts'
import { withNode } from '../connection/nodeConnection.ts'
import { transactionFileFlag } from '../transaction/transactionFlags.ts'
import { readSignedTransaction } from './transactionFile.ts'

const DONE = 0

/** `consensus submit_tx`: ends when the transaction is in a block. */
export const submitTx = command({
  name: 'submit_tx',
  summary: 'submit a signed transaction and wait until it is in a block',
  examples: [
    'wadi-node consensus submit_tx --transaction.file tx.json -a unix:/node/data/internal.sock',
  ],
  options: { ...connectionFlags, ...transactionFileFlag },
  run({ flags }, world) {
    const signed = readSignedTransaction(flags)
    return withNode(flags, world, async (node) => {
      await node.ask(engineCalls, 'Consensus/SubmitTx', signed)
      return DONE
    })
  },
})
