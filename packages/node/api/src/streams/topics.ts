/** Every stream of the services, and what is told on it. */

import { calls as beacon, streams as beaconStreams } from '@wadi/consensus/beacon/api'
import { streams as consensusStreams } from '@wadi/consensus/consensus/api'
import { calls as governance, streams as governanceStreams } from '@wadi/consensus/governance/api'
import { streams as schedulerStreams } from '@wadi/consensus/scheduler/api'
import { committees } from '@wadi/consensus/scheduler/keys'
import { calls as staking, streams as stakingStreams } from '@wadi/consensus/staking/api'
import { calls as vault, streams as vaultStreams } from '@wadi/consensus/vault/api'
import { answerOfBlock } from '@wadi/consensus-services/application/answerOfBlock'
import { valuesOf } from '@wadi/consensus-services/kernel/state'
import { askState } from '../answers/stateAnswers.ts'
import type { ChainSource } from '../chainSource.ts'
import { blockAt } from '../heights.ts'
import { bodiesTold } from './blockBodies.ts'
import { keymanagerTopics } from './keymanagerTopics.ts'
import { registryTopics } from './registryTopics.ts'
import { roothashTopics } from './roothashTopics.ts'
import { type Topics, telling, toAll } from './topic.ts'

const beaconTopics: Topics = telling(beaconStreams, {
  'Beacon/WatchEpochs': {
    first: (view) => [askState(view, beacon, 'Beacon/GetEpoch', view.height)],
    *told({ block }) {
      for (const { epoch } of bodiesTold(block, 'oasis_event_000_beacon', 'epoch'))
        yield { item: epoch }
    },
  },
})

const schedulerTopics: Topics = telling(schedulerStreams, {
  'Scheduler/WatchCommittees': {
    first: ({ state }) => valuesOf(state, committees),
    *told({ block, state }) {
      for (const { kinds } of bodiesTold(block, 'oasis_event_200_scheduler', 'elected'))
        for (const kind of kinds) yield* toAll(valuesOf(state, committees, kind))
    },
  },
})

const eventTopics: Topics = {
  ...telling(stakingStreams, {
    'Staking/WatchEvents': {
      told: (view) => toAll(askState(view, staking, 'Staking/GetEvents', view.height)),
    },
  }),
  ...telling(governanceStreams, {
    'Governance/WatchEvents': {
      told: (view) => toAll(askState(view, governance, 'Governance/GetEvents', view.height)),
    },
  }),
  ...telling(vaultStreams, {
    'Vault/WatchEvents': {
      told: (view) => toAll(askState(view, vault, 'Vault/GetEvents', view.height)),
    },
  }),
}

/** Every stream over a chain. */
export function topicsOf(source: ChainSource): Topics {
  return {
    ...telling(consensusStreams, {
      'Consensus/WatchBlocks': {
        told: ({ height }) => toAll([answerOfBlock(blockAt(source, height))]),
      },
    }),
    ...beaconTopics,
    ...schedulerTopics,
    ...registryTopics,
    ...eventTopics,
    ...roothashTopics,
    ...keymanagerTopics,
  }
}
