import { addressOf, quantityOf } from '../../transaction/flagValues.ts'
import { contentOf, transactionCommand } from '../../transaction/transactionCommand.ts'
import { escrowFlag } from './stakeFlags.ts'

/** `stake account gen_reclaim_escrow`. */
export const genReclaimEscrow = transactionCommand({
  name: 'gen_reclaim_escrow',
  summary: 'make a transaction that takes delegated tokens back, by their shares',
  options: {
    ...escrowFlag,
    'stake.shares': {
      kind: 'text',
      doc: 'amount of shares for the transaction',
      fallback: '0',
    },
  },
  content: (flags) =>
    contentOf('staking.ReclaimEscrow', {
      account: addressOf('stake.escrow.account', flags['stake.escrow.account']),
      shares: quantityOf('stake.shares', flags['stake.shares']),
    }),
})
