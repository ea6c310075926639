/** Every key of CHURP. */

import { keyFormat, u8Key } from '@wadi/primitives/keyFormat'
import { cborValue, hashedNamespace } from '../state/stateTable.ts'
import { Parameters, Status } from './types.ts'

/** Absent unless the genesis document or an upgrade brought it. */
export const parameters = {
  name: 'churp.parameters',
  keys: keyFormat(0x74),
  value: cborValue(Parameters),
} as const

/** Key manager, then scheme. */
export const statuses = {
  name: 'churp.statuses',
  keys: keyFormat(0x75, hashedNamespace, u8Key),
  value: cborValue(Status),
} as const
