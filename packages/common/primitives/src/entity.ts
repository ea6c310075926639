import { definePlainErrors } from '@wadi/base/errors'
import type { Infer, Schema } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { mapped } from '@wadi/cbor/mapped'
import { bool, u16 } from '@wadi/cbor/scalars'
import { omitEmpty, struct } from '@wadi/cbor/struct'
import { versioned } from '@wadi/cbor/versioned'
import { PublicKey } from './publicKey.ts'
import { Signed } from './signed.ts'

/** What descriptors of old could say and none may say now. */
export const errors = definePlainErrors('entity', {
  entitySignedNodes: 'allow_entity_signed_nodes must be false',
})

/** The version of the descriptors that are made today. */
export const ENTITY_VERSION = 2

const EntityV2 = struct({ v: u16, id: PublicKey, nodes: omitEmpty(list(PublicKey)) })

const EntityV1 = struct({
  v: u16,
  id: PublicKey,
  nodes: omitEmpty(list(PublicKey)),
  allowEntitySignedNodes: omitEmpty(bool),
})

/** Who runs nodes and runtimes: a key, and the nodes that it vouches for. */
export type Entity = Infer<typeof EntityV2>

/**
 * An entity's descriptor.
 * COMPAT(oasis-core): version 1 becomes version 2 while it is decoded, so no rule ever sees it.
 */
export const Entity: Schema<Entity> = versioned(EntityV2, {
  1: mapped(EntityV1, {
    name: 'EntityV1',
    from: ({ id, nodes, allowEntitySignedNodes }) => {
      if (allowEntitySignedNodes) throw errors.entitySignedNodes()
      return { v: ENTITY_VERSION, id, nodes }
    },
    to: (entity) => ({ ...entity, v: 1, allowEntitySignedNodes: false }),
  }),
  2: EntityV2,
})

/** An entity's descriptor, signed by the entity. Stored as it was submitted. */
export const SignedEntity = Signed
export type SignedEntity = Infer<typeof SignedEntity>
