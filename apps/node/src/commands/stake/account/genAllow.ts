import { addressOf, quantityOf } from '../../transaction/flagValues.ts'
import { contentOf, transactionCommand } from '../../transaction/transactionCommand.ts'

/** `stake account gen_allow`. */
export const genAllow = transactionCommand({
  name: 'gen_allow',
  summary: 'make a transaction that lets another account withdraw',
  options: {
    'stake.allow.amount_change': {
      kind: 'text',
      doc: 'allowance change amount (in base units)',
      fallback: '0',
    },
    'stake.allow.beneficiary': {
      kind: 'text',
      doc: 'allowance beneficiary address',
      fallback: '',
    },
  },
  content(flags) {
    const change = flags['stake.allow.amount_change']
    return contentOf('staking.Allow', {
      beneficiary: addressOf('stake.allow.beneficiary', flags['stake.allow.beneficiary']),
      negative: change.startsWith('-'),
      amountChange: quantityOf('stake.allow.amount_change', change.replace(/^-/, '')),
    })
  },
})
