/** `stake account`: what concerns one account. */

import type { CommandGroup } from '@wadi/node-config/command'
import { genAllow } from './genAllow.ts'
import { genAmendCommissionSchedule } from './genAmendCommissionSchedule.ts'
import { genBurn } from './genBurn.ts'
import { genEscrow } from './genEscrow.ts'
import { genReclaimEscrow } from './genReclaimEscrow.ts'
import { genTransfer } from './genTransfer.ts'
import { genWithdraw } from './genWithdraw.ts'
import { info } from './info.ts'
import { nonce } from './nonce.ts'
import { validateAddress } from './validateAddress.ts'

/** See the top of this file. */
export const accountCommands: CommandGroup = {
  name: 'account',
  summary: 'show an account, and make transactions that move its tokens',
  details: [
    'Amounts are in base units, the smallest parts of a token; "wadi" takes them in tokens. A',
    'transaction is written to --transaction.file; "consensus submit_tx" submits it.',
  ],
  shared: {},
  commands: [
    info,
    nonce,
    validateAddress,
    genTransfer,
    genBurn,
    genEscrow,
    genReclaimEscrow,
    genAmendCommissionSchedule,
    genAllow,
    genWithdraw,
  ],
}
