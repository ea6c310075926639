/** Every key of the consensus layer itself. */

import { parseUtf8, toUtf8 } from '@wadi/base/bytes'
import { keyFormat } from '@wadi/primitives/keyFormat'
import { cborValue, type StateValue } from '../state/stateTable.ts'
import { Parameters } from './types.ts'

const textValue: StateValue<string> = { encode: toUtf8, decode: (bytes) => parseUtf8(bytes) }

/** Which chain this is the state of. */
export const chainContext = {
  name: 'consensus.chainContext',
  keys: keyFormat(0xf0),
  value: textValue,
} as const

/** The parameters of blocks and transactions. */
export const parameters = {
  name: 'consensus.parameters',
  keys: keyFormat(0xf1),
  value: cborValue(Parameters),
} as const
