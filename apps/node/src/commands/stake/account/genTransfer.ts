import { addressOf, quantityOf } from '../../transaction/flagValues.ts'
import { contentOf, transactionCommand } from '../../transaction/transactionCommand.ts'
import { amountFlag } from './stakeFlags.ts'

/** `stake account gen_transfer`. */
export const genTransfer = transactionCommand({
  name: 'gen_transfer',
  summary: 'generate a transfer transaction',
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
