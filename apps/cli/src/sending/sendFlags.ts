/** What every command takes that sends a transaction. */

import type { Flags, FlagsOf } from '@wadi/node-config/command'

export const sendFlags = {
  account: {
    kind: 'text',
    doc: 'the account that signs and pays; else that of the settings, or the only one there is',
    fallback: '',
    word: 'name',
  },
  yes: { kind: 'boolean', doc: 'do not ask whether it is to be done', fallback: false, short: 'y' },
  gas: {
    kind: 'text',
    doc: 'the most gas (work of the network) it may use; what the node estimates unless given',
    fallback: '',
    word: 'units',
  },
  'gas-price': {
    kind: 'text',
    doc: 'base units (smallest parts of a token) for a unit of gas; the least taken unless given',
    fallback: '',
    word: 'number',
  },
  'fee-max': {
    kind: 'text',
    doc: 'the most it may cost, in tokens: with a higher fee it is not sent',
    fallback: '1',
    word: 'amount',
  },
  nonce: {
    kind: 'text',
    doc: 'which transaction of the account it is, from 0 on; the next one unless given',
    fallback: '',
    word: 'number',
  },
  timeout: {
    kind: 'duration',
    doc: 'how long to wait until it is in a block',
    fallback: 60_000,
  },
} as const satisfies Flags

export type SendFlagValues = FlagsOf<typeof sendFlags>
