/** Every key of core. */

import { u64 } from '@wadi/cbor/scalars'
import { parametersOf } from '../../module.ts'
import { cell } from '../../state/table.ts'
import { Amounts } from '../../types/token.ts'
import { MessageHooks, Metadata, Parameters } from './types.ts'

export const MODULE = 'core'

export const parameters = parametersOf(MODULE, Parameters)
export const metadata = cell(MODULE, 0x01, Metadata)
/** Who waits for the results of the last round's messages. */
export const messageHooks = cell(MODULE, 0x02, MessageHooks)
export const lastEpoch = cell(MODULE, 0x03, u64)
/** Absent before the first block. */
export const dynamicMinGasPrice = cell(MODULE, 0x04, Amounts)
