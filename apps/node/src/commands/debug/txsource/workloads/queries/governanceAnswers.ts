/** Proposals, together and one by one. */

import { equalBytes } from '@wadi/base/bytes'
import { randomBelow } from '@wadi/base/random'
import { encode } from '@wadi/cbor/codec'
import { ProposalContent } from '@wadi/consensus/governance'
import { check } from '../../errors.ts'
import type { WorkloadWorld } from '../../workload.ts'

/** There may be many: all are looked at once in so many times. */
const ALL_EVERY = 10

/** See the top of this file. */
export async function checkGovernance(
  { client, random }: WorkloadWorld,
  height: bigint,
): Promise<void> {
  const { governance } = client
  const proposals = await governance.proposals(height)
  const looked = randomBelow(random, ALL_EVERY) === 0 ? proposals : proposals.slice(-1)
  for (const { id, content } of looked) {
    const same = await governance.proposal({ height, id })
    const raw = encode(ProposalContent, content)
    const isSame = equalBytes(encode(ProposalContent, same.content), raw)
    check(isSame, () => `proposal ${id} is another one when asked for alone`)
    await governance.votes({ height, id })
  }
  const active = await governance.activeProposals(height)
  const areKnown = active.every(({ id }) => proposals.some((one) => one.id === id))
  check(areKnown, () => `an active proposal is not among all at height ${height}`)
  for (const { handler, epoch } of await governance.pendingUpgrades(height))
    check(handler !== '' && epoch > 0n, () => 'an upgrade is pending that is none')
}
