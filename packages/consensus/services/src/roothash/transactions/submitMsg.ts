import { errors } from '@wadi/consensus/roothash/errors'
import type { SubmitMsg } from '@wadi/consensus/roothash/methods'
import { runtimeAddress } from '@wadi/primitives/address'
import { add } from '@wadi/primitives/quantity'
import { type Context, inSubTransaction } from '../../kernel/context.ts'
import { endsCheck, endsSimulation, useGas } from '../../kernel/method.ts'
import { transferBetween } from '../../staking/actions.ts'
import { enqueue } from '../incomingMessages.ts'
import { openRoundOf } from '../openRound.ts'
import { incomingQueueMetaOf, parametersOf } from '../queries.ts'

/** roothash.SubmitMsg: puts a message and what it is worth before a runtime. */
export function submitMsg(ctx: Context, { id, tag, fee, tokens, data }: SubmitMsg): void {
  if (endsCheck(ctx)) return
  useGas(ctx, parametersOf(ctx.state).gasCosts, 'submit_msg')
  if (endsSimulation(ctx)) return

  const { runtime } = openRoundOf(ctx.state, id)
  const { maxInMessages } = runtime.txnScheduler
  if (maxInMessages === 0) throw errors.incomingMessageQueueFull('the runtime takes none')
  if (fee < runtime.staking.minInMessageFee) throw errors.incomingMessageInsufficientFee()

  inSubTransaction(ctx, (inner) => {
    const { caller, state } = inner
    transferBetween(inner, caller, runtimeAddress(id), add(fee, tokens))
    const { size } = incomingQueueMetaOf(state, id)
    if (size >= maxInMessages) throw errors.incomingMessageQueueFull()
    enqueue(inner, id, { caller, tag, fee, tokens, data })
  })
}
