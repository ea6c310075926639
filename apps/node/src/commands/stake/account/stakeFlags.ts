/** Flags that several commands about accounts take. */

import type { Flags } from '@wadi/node-config/command'

/** Whose account. */
export const accountFlag = {
  'stake.account.address': { kind: 'text', doc: 'account address', fallback: '' },
} as const satisfies Flags

/** How much. */
export const amountFlag = {
  'stake.amount': {
    kind: 'text',
    doc: 'amount of stake (in base units) for the transaction',
    fallback: '0',
  },
} as const satisfies Flags

/** Whose escrow. */
export const escrowFlag = {
  'stake.escrow.account': { kind: 'text', doc: 'address of the escrow account', fallback: '' },
} as const satisfies Flags
