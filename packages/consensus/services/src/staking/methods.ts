/** Every transaction of staking. */

import { errors } from '@wadi/consensus/staking/errors'
import { methodBodies } from '@wadi/consensus/staking/methods'
import { type Methods, method } from '../kernel/method.ts'
import { addEscrow } from './transactions/addEscrow.ts'
import { allow } from './transactions/allow.ts'
import { amendCommissionSchedule } from './transactions/amendCommissionSchedule.ts'
import { burn } from './transactions/burn.ts'
import { reclaimEscrow } from './transactions/reclaimEscrow.ts'
import { transfer } from './transactions/transfer.ts'
import { withdraw } from './transactions/withdraw.ts'

const { invalidArgument } = errors

/** Methods by name. */
export const methods: Methods = {
  'staking.Transfer': method(methodBodies['staking.Transfer'], invalidArgument, transfer),
  'staking.Burn': method(methodBodies['staking.Burn'], invalidArgument, burn),
  'staking.AddEscrow': method(methodBodies['staking.AddEscrow'], invalidArgument, addEscrow),
  'staking.ReclaimEscrow': method(
    methodBodies['staking.ReclaimEscrow'],
    invalidArgument,
    reclaimEscrow,
  ),
  'staking.AmendCommissionSchedule': method(
    methodBodies['staking.AmendCommissionSchedule'],
    invalidArgument,
    amendCommissionSchedule,
  ),
  'staking.Allow': method(methodBodies['staking.Allow'], invalidArgument, allow),
  'staking.Withdraw': method(methodBodies['staking.Withdraw'], invalidArgument, withdraw),
}
