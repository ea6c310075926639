/** `consensus`: transactions, and the next block. */

import type { CommandGroup } from '@wadi/node-config/command'
import { estimateGas } from './estimateGas.ts'
import { nextBlockState } from './nextBlockState.ts'
import { showTx } from './showTx.ts'
import { submitTx } from './submitTx.ts'

/** See the top of this file. */
export const consensusCommands: CommandGroup = {
  name: 'consensus',
  summary: 'submit transactions, show them, estimate their gas',
  shared: {},
  commands: [submitTx, showTx, estimateGas, nextBlockState],
}
