import { engineCalls } from '@wadi/consensus/consensus/api'
import { command } from '@wadi/node-config/command'
import { connectionFlags } from '../connection/connectionFlags.ts'
import { withNode } from '../connection/nodeConnection.ts'
import { publicKeyOf } from '../transaction/flagValues.ts'
import { transactionFileFlag } from '../transaction/transactionFlags.ts'
import { readUnsignedTransaction } from './transactionFile.ts'

const DONE = 0

/** `consensus estimate_gas`. */
export const estimateGas = command({
  name: 'estimate_gas',
  summary: 'estimate how much gas (work of the network) a transaction uses',
  examples: ['wadi-node consensus estimate_gas --transaction.file tx.json'],
  options: {
    ...connectionFlags,
    ...transactionFileFlag,
    'consensus.signer_pub': {
      kind: 'text',
      doc: 'public key of the signer, in base64',
      fallback: '',
    },
  },
  run({ flags }, world) {
    const transaction = readUnsignedTransaction(flags)
    const signer = publicKeyOf('consensus.signer_pub', flags['consensus.signer_pub'])
    return withNode(flags, world, async (node) => {
      const query = { signer, transaction }
      const gas = await node.ask(engineCalls, 'Consensus/EstimateGas', query)
      world.out.write(`${gas}\n`)
      return DONE
    })
  },
})
