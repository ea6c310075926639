/** Every key of the scheduler. */

import { keyFormat, u8Key } from '@wadi/primitives/keyFormat'
import { cborValue, hashedNamespace } from '../state/stateTable.ts'
import { Committee } from './committee.ts'
import { Parameters, Validators } from './types.ts'

/** Kind of committee, then runtime. */
export const committees = {
  name: 'scheduler.committees',
  keys: keyFormat(0x60, u8Key, hashedNamespace),
  value: cborValue(Committee),
} as const

/** Who validates now. */
export const currentValidators = {
  name: 'scheduler.currentValidators',
  keys: keyFormat(0x61),
  value: cborValue(Validators),
} as const

/** Only between the election at the beginning of a block and its end. */
export const pendingValidators = {
  name: 'scheduler.pendingValidators',
  keys: keyFormat(0x62),
  value: cborValue(Validators),
} as const

/** The scheduler's parameters. */
export const parameters = {
  name: 'scheduler.parameters',
  keys: keyFormat(0x63),
  value: cborValue(Parameters),
} as const
