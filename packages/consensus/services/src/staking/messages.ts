/** What runtimes and governance ask of staking. */

import { encode, type Schema } from '@wadi/cbor/codec'
import type { StakingMessage } from '@wadi/consensus/roothash/messages'
import { errors } from '@wadi/consensus/staking/errors'
import {
  AddEscrowResult,
  ReclaimEscrowResult,
  TransferResult,
  WithdrawResult,
} from '@wadi/consensus/staking/methods'
import type { Answer, Subscriptions } from '../kernel/bus.ts'
import type { Context } from '../kernel/context.ts'
import { parameterSubscriptions } from '../kernel/parameterChanges.ts'
import { parameterRules } from './parameters.ts'
import { addEscrow } from './transactions/addEscrow.ts'
import { reclaimEscrow } from './transactions/reclaimEscrow.ts'
import { transfer } from './transactions/transfer.ts'
import { withdraw } from './transactions/withdraw.ts'

/** What is only simulated has no result. */
function answer<T>(schema: Schema<T>, result: T | undefined): Answer {
  return result === undefined ? undefined : encode(schema, result)
}

/** Does what a runtime wants. COMPAT(oasis-core): of several wishes only one is heard. */
function executeMessage(ctx: Context, message: StakingMessage): Answer {
  if (message.transfer) return answer(TransferResult, transfer(ctx, message.transfer))
  if (message.withdraw) return answer(WithdrawResult, withdraw(ctx, message.withdraw))
  if (message.addEscrow) return answer(AddEscrowResult, addEscrow(ctx, message.addEscrow))
  if (message.reclaimEscrow)
    return answer(ReclaimEscrowResult, reclaimEscrow(ctx, message.reclaimEscrow))
  throw errors.invalidArgument()
}

/** What staking answers on the bus. */
export const subscriptions: Subscriptions = {
  runtimeStakingMessage: executeMessage,
  ...parameterSubscriptions(parameterRules),
}
