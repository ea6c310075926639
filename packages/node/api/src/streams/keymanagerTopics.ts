/** What is told of key managers. */

import { decode } from '@wadi/cbor/codec'
import { calls as churpCalls, streams as churpStreams } from '@wadi/consensus/churp/api'
import { events as churpEvents } from '@wadi/consensus/churp/events'
import type {
  SignedEncryptedEphemeralSecret,
  SignedEncryptedMasterSecret,
  Status,
} from '@wadi/consensus/keymanager'
import { calls, streams } from '@wadi/consensus/keymanager/api'
import { askState } from '../answers/stateAnswers.ts'
import { bodiesTold, valuesTold } from './blockBodies.ts'
import { type Teller, type Topics, telling, toAll } from './topic.ts'

const TYPE = 'oasis_event_999_keymanager'

const statuses: Teller<undefined, Status> = {
  first: (view) => askState(view, calls, 'KeyManager.Secrets/GetStatuses', view.height),
  *told({ block }) {
    for (const body of bodiesTold(block, TYPE, 'status')) yield* toAll(body.statuses ?? [])
  },
}

const masterSecrets: Teller<undefined, SignedEncryptedMasterSecret> = {
  *told({ block }) {
    for (const { secret } of bodiesTold(block, TYPE, 'master_secret')) yield* toAll([secret])
  },
}

const ephemeralSecrets: Teller<undefined, SignedEncryptedEphemeralSecret> = {
  *told({ block }) {
    for (const { secret } of bodiesTold(block, TYPE, 'ephemeral_secret')) yield* toAll([secret])
  },
}

const secretsTopics: Topics = telling(streams, {
  'KeyManager.Secrets/WatchStatuses': statuses,
  'KeyManager.Secrets/WatchMasterSecrets': masterSecrets,
  'KeyManager.Secrets/WatchEphemeralSecrets': ephemeralSecrets,
  'KeyManager/WatchStatuses': statuses,
  'KeyManager/WatchMasterSecrets': masterSecrets,
  'KeyManager/WatchEphemeralSecrets': ephemeralSecrets,
})

const churpTopics: Topics = telling(churpStreams, {
  'KeyManager.Churp/WatchStatuses': {
    first: (view) => askState(view, churpCalls, 'KeyManager.Churp/AllStatuses', view.height),
    *told({ block }) {
      for (const [kind, schema] of Object.entries(churpEvents))
        for (const value of valuesTold(block, TYPE, kind))
          yield* toAll([decode(schema, value).status])
    },
  },
})

export const keymanagerTopics: Topics = { ...secretsTopics, ...churpTopics }
