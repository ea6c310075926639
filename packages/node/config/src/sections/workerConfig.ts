/** What the workers of a node are told: registration, key manager, storage, sentry. */

import { section } from '@wadi/base/config'
import { group, record } from '@wadi/base/configFields'
import {
  flag,
  inFileOnly,
  integer,
  list,
  oneOf,
  optional,
  port,
  text,
} from '@wadi/base/configOption'
import { durationMs, sizeBytes } from '@wadi/base/configUnits'
import { namespace, publicKey } from '../configKinds.ts'

const UINT8_MAX = 255

/** Who owns the node. */
export const registrationConfig = section(
  'registration',
  {
    entity: optional(text({ doc: 'The file of the entity that owns the node.' })),
    entityId: optional(publicKey({ doc: 'Its public key, in place of the file.' })),
  },
  [
    ({ entity, entityId }) =>
      entity !== undefined && entityId !== undefined
        ? { key: 'entity_id', why: 'only one of it and registration.entity can be set; remove one' }
        : undefined,
  ],
)

/** The key manager of runtimes. */
export const keymanagerConfig = section('keymanager', {
  runtimeId: optional(namespace({ doc: 'The runtime of the key manager.' })),
  privatePeerPubKeys: list(publicKey({ doc: 'A key.' }), {
    default: [],
    doc: 'Peers that may call protected methods although nobody has registered them.',
  }),
  churp: group({
    schemes: inFileOnly(
      list(
        record(
          { id: integer({ default: 0, max: UINT8_MAX, doc: 'Which scheme.' }) },
          { doc: 'A scheme.' },
        ),
        { default: [], doc: 'CHURP schemes that the node takes part in.' },
      ),
    ),
  }),
})

/** The state of runtimes. */
export const storageConfig = section('storage', {
  backend: oneOf(['auto', 'badger', 'pathbadger'], {
    default: 'auto',
    doc: 'The kind of database; this node has one of its own for each of these words.',
  }),
  maxCacheSize: sizeBytes({ default: 268_435_456, doc: 'Memory for what was read.' }),
  fetcherCount: integer({ default: 4, doc: 'Differences that are fetched at a time.' }),
  publicRpcEnabled: flag({ default: false, doc: 'Lets all nodes read.' }),
  checkpointSyncDisabled: flag({ default: false, doc: 'Does not begin with a checkpoint.' }),
  checkpointer: group({
    enabled: flag({ default: false, doc: 'Makes checkpoints of the state of runtimes.' }),
    checkInterval: durationMs({ default: 60_000, doc: 'Time between looks if one is due.' }),
    parallelChunker: flag({ default: false, doc: 'Cuts checkpoints the faster way.' }),
  }),
})

/** A node that stands before another. */
export const sentryConfig = section('sentry', {
  enabled: flag({ default: false, doc: 'Is a sentry.' }),
  control: group({
    port: port({ default: 9009, doc: 'Where the nodes behind it ask for its addresses.' }),
    authorizedPubkeys: list(publicKey({ doc: 'A key.' }), {
      default: [],
      doc: 'The keys of the nodes that may ask.',
    }),
  }),
})
