/** What runtimes and governance itself ask of governance. */

import { encode } from '@wadi/cbor/codec'
import { Proposal } from '@wadi/consensus/governance'
import { errors } from '@wadi/consensus/governance/errors'
import type { GovernanceMessage } from '@wadi/consensus/roothash/messages'
import type { Answer, Subscriptions } from '../kernel/bus.ts'
import type { Context } from '../kernel/context.ts'
import { parameterSubscriptions } from '../kernel/parameterChanges.ts'
import { announcePendingUpgrades } from './actions.ts'
import { parameterRules } from './parameters.ts'
import { castRuntimeVote } from './transactions/castVote.ts'
import { submitProposal } from './transactions/submitProposal.ts'

/** Does what a runtime wants. COMPAT(oasis-core): of several wishes only one is heard. */
function executeMessage(ctx: Context, message: GovernanceMessage): Answer {
  if (message.castVote !== undefined) {
    castRuntimeVote(ctx, message.castVote)
    return undefined
  }
  if (message.submitProposal === undefined) throw errors.invalidArgument()
  const proposal = submitProposal(ctx, message.submitProposal)
  return proposal && encode(Proposal, proposal)
}

/** What governance answers on the bus. */
export const subscriptions: Subscriptions = {
  runtimeGovernanceMessage: executeMessage,
  // What upgrades are to come is in the state; the node may not have been there when they passed.
  stateSyncCompleted: ({ chain: { upgrader }, state }) => {
    if (upgrader !== undefined) announcePendingUpgrades(upgrader, state)
    return undefined
  },
  ...parameterSubscriptions(parameterRules),
}
