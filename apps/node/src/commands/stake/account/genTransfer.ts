import { addressOf, quantityOf } from '../../transaction/flagValues.ts'
import { contentOf, transactionCommand } from '../../transaction/transactionCommand.ts'
import { amountFlag } from './stakeFlags.ts'

/** `stake account gen_transfer`. */
export const genTransfer = transactionCommand({
  name: 'gen_transfer',
  summary: 'make a transaction that sends tokens',
  examples: [
    'wadi-node stake account gen_transfer --stake.amount 1000 --stake.transfer.destination oasis1qrad7s7nqm4gvyzr8yt2rdk0ref489rn3vn400d6 --transaction.fee.gas 2000 --transaction.file tx.json',
  ],
  options: {
    ...amountFlag,
    'stake.transfer.destination': {
      kind: 'text',
      doc: 'transfer destination account address',
      fallback: '',
    },
  },
  content: (flags) =>
    contentOf('staking.Transfer', {
      to: addressOf('stake.transfer.destination', flags['stake.transfer.destination']),
      amount: quantityOf('stake.amount', flags['stake.amount']),
    }),
})
