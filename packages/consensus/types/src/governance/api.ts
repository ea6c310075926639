/** What governance is asked. */

import type { Infer } from '@wadi/cbor/codec'
import { i64, u64 } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import { askedAt, askedBy, grown, watched } from '../api.ts'
import { UpgradeDescriptor } from '../upgrade/types.ts'
import { Event } from './events.ts'
import { Genesis, Parameters, Proposal, VoteEntry } from './types.ts'

/** Which proposal is asked about. */
export const ProposalQuery = struct({ height: i64, id: u64 })
export type ProposalQuery = Infer<typeof ProposalQuery>

export const calls = {
  'Governance/ActiveProposals': askedAt(grown(Proposal)),
  'Governance/Proposals': askedAt(grown(Proposal)),
  'Governance/Proposal': askedBy(ProposalQuery, Proposal),
  'Governance/Votes': askedBy(ProposalQuery, grown(VoteEntry)),
  'Governance/PendingUpgrades': askedAt(grown(UpgradeDescriptor)),
  'Governance/StateToGenesis': askedAt(Genesis),
  'Governance/ConsensusParameters': askedAt(Parameters),
  'Governance/GetEvents': askedAt(grown(Event)),
} as const

export const streams = {
  'Governance/WatchEvents': watched(Event),
} as const
