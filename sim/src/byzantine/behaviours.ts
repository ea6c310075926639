import { unreachable } from '@wadi/base/errors'
import type { ByzantineKind } from '../plan/faultClasses.ts'
import type { Behaviour, Means } from './behaviour.ts'
import { collude } from './collude.ts'
import { equivocateProposal } from './equivocateProposal.ts'
import { equivocateVotes } from './equivocateVotes.ts'
import { forgeEvidence } from './forgeEvidence.ts'
import { garbageProposal } from './garbageProposal.ts'
import { lieInSync } from './lieInSync.ts'
import { replay } from './replay.ts'
import { withhold } from './withhold.ts'

/** What a validator of a kind does. */
export function createBehaviour(kind: ByzantineKind, means: Means): Behaviour {
  switch (kind) {
    case 'equivocate-prevote':
      return equivocateVotes(means, 'prevote')
    case 'equivocate-precommit':
      return equivocateVotes(means, 'precommit')
    case 'equivocate-proposal':
      return equivocateProposal(means)
    case 'withhold':
      return withhold(means)
    case 'garbage-proposal':
      return garbageProposal(means)
    case 'lie-in-sync':
      return lieInSync(means)
    case 'forge-evidence':
      return forgeEvidence(means)
    case 'replay':
      return replay(means)
    case 'collude':
      return collude(means)
    default:
      return unreachable(kind, 'kind of byzantine validator')
  }
}
