import { addressOf, quantityOf } from '../../transaction/flagValues.ts'
import { contentOf, transactionCommand } from '../../transaction/transactionCommand.ts'
import { amountFlag, escrowFlag } from './stakeFlags.ts'

/** `stake account gen_escrow`. */
export const genEscrow = transactionCommand({
  name: 'gen_escrow',
  summary: 'make a transaction that delegates tokens (escrow)',
  options: { ...amountFlag, ...escrowFlag },
  content: (flags) =>
    contentOf('staking.AddEscrow', {
      account: addressOf('stake.escrow.account', flags['stake.escrow.account']),
      amount: quantityOf('stake.amount', flags['stake.amount']),
    }),
})
