/** Every transaction of staking. */

import { errors } from '@wadi/consensus/staking/errors'
import { methodBodies } from '@wadi/consensus/staking/methods'
import { type Methods, method } from '../kernel/method.ts'
import { burn } from './transactions/burn.ts'
import { transfer } from './transactions/transfer.ts'

const { invalidArgument } = errors

/** Methods by name. */
export const methods: Methods = {
  'staking.Transfer': method(methodBodies['staking.Transfer'], invalidArgument, transfer),
  'staking.Burn': method(methodBodies['staking.Burn'], invalidArgument, burn),
}
