/** What every command takes that sends a transaction. */

import type { Flags, FlagsOf } from '@wadi/node-config/command'

export const sendFlags = {
  account: { kind: 'text', doc: 'whose account it is', fallback: '', word: 'name' },
  yes: { kind: 'boolean', doc: 'do not ask whether it is to be done', fallback: false, short: 'y' },
  gas: {
    kind: 'text',
    doc: 'the most gas it may use; what the node estimates unless given',
    fallback: '',
    word: 'units',
  },
  'gas-price': {
    kind: 'text',
    doc: 'base units for a unit of gas; the least the node takes unless given',
    fallback: '',
    word: 'base units',
  },
  'fee-max': {
    kind: 'text',
    doc: 'tokens; a transaction with a higher fee is not sent',
    fallback: '1',
    word: 'amount',
  },
  nonce: {
    kind: 'text',
    doc: 'the number of the transaction; the next one unless given',
    fallback: '',
    word: 'number',
  },
  timeout: {
    kind: 'duration',
    doc: 'how long to wait for the block',
    fallback: 60_000,
  },
} as const satisfies Flags

export type SendFlagValues = FlagsOf<typeof sendFlags>
