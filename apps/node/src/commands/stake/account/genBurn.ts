import { quantityOf } from '../../transaction/flagValues.ts'
import { contentOf, transactionCommand } from '../../transaction/transactionCommand.ts'
import { amountFlag } from './stakeFlags.ts'

/** `stake account gen_burn`. */
export const genBurn = transactionCommand({
  name: 'gen_burn',
  summary: 'make a transaction that destroys tokens',
  options: amountFlag,
  content: (flags) =>
    contentOf('staking.Burn', { amount: quantityOf('stake.amount', flags['stake.amount']) }),
})
