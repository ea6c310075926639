import { definePlainErrors } from '@wadi/base/errors'
import type { GovernanceMessage, Message, StakingMessage } from '@wadi/consensus/roothash/messages'

/** Messages that do not ask for exactly one thing. The reference gives these no codes. */
export const errors = definePlainErrors('runtimeMessage', {
  empty: 'the message asks for nothing',
  ambiguous: 'the message asks for more than one thing',
})

function checkOne(parts: readonly unknown[], what: string): void {
  const count = parts.filter((part) => part !== undefined).length
  if (count === 0) throw errors.empty(what)
  if (count > 1) throw errors.ambiguous(what)
}

function checkStaking({ transfer, withdraw, addEscrow, reclaimEscrow }: StakingMessage): void {
  checkOne([transfer, withdraw, addEscrow, reclaimEscrow], 'staking')
}

function checkGovernance({ castVote, submitProposal }: GovernanceMessage): void {
  checkOne([castVote, submitProposal], 'governance')
}

/**
 * Refuses a message that does not ask a service for exactly one thing.
 * COMPAT(oasis-core): only the first service that it names is looked at.
 */
export function checkMessage({ staking, registry, governance }: Message): void {
  if (staking !== undefined) checkStaking(staking)
  else if (registry !== undefined) checkOne([registry.updateRuntime], 'registry')
  else if (governance !== undefined) checkGovernance(governance)
  else throw errors.empty()
}
