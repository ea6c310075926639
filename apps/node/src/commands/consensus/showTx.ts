import { command } from '@wadi/node-config/command'
import { persistentFlags } from '@wadi/node-config/node-flags'
import { describeSignedTransaction } from '../transaction/describeTransaction.ts'
import { textOf } from '../transaction/lines.ts'
import { loadNetwork } from '../transaction/networkTerms.ts'
import { genesisFileFlag, transactionFileFlag } from '../transaction/transactionFlags.ts'
import { readSignedTransaction } from './transactionFile.ts'

const DONE = 0

/** `consensus show_tx`. */
export const showTx = command({
  name: 'show_tx',
  summary: 'show what a signed transaction does, and who signed it',
  examples: ['wadi-node consensus show_tx --transaction.file tx.json -g genesis.json'],
  options: { ...persistentFlags, ...genesisFileFlag, ...transactionFileFlag },
  run({ flags }, { out }) {
    const network = loadNetwork(flags)
    const signed = readSignedTransaction(flags)
    out.write(textOf(describeSignedTransaction(signed, network)))
    return DONE
  },
})
