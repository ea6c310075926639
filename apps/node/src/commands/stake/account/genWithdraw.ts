import { addressOf, quantityOf } from '../../transaction/flagValues.ts'
import { contentOf, transactionCommand } from '../../transaction/transactionCommand.ts'
import { amountFlag } from './stakeFlags.ts'

/** `stake account gen_withdraw`. */
export const genWithdraw = transactionCommand({
  name: 'gen_withdraw',
  summary: 'make a transaction that withdraws from an account that allows it',
  options: {
    ...amountFlag,
    'stake.withdraw.source': { kind: 'text', doc: 'withdraw source address', fallback: '' },
  },
  content: (flags) =>
    contentOf('staking.Withdraw', {
      from: addressOf('stake.withdraw.source', flags['stake.withdraw.source']),
      amount: quantityOf('stake.amount', flags['stake.amount']),
    }),
})
