/** The entity whose key everybody knows. Networks that are no tests forbid it. */

import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import type { Signer } from '@wadi/crypto/signature/signer'
import { ENTITY_VERSION, type Entity } from '@wadi/primitives/entity'
import { PublicKey } from '@wadi/primitives/publicKey'

/** COMPAT(oasis-core): the name that its key is made from. */
const KEY_NAME = 'ekiden test entity key seed'

/** An entity's descriptor, and who signs for it. */
export interface OwnedEntity {
  readonly entity: Entity
  readonly signer: Signer
}

/** The entity of tests. It vouches for no nodes. */
export function testEntity(): OwnedEntity {
  const signer = createTestSigner('entity', KEY_NAME)
  const id = PublicKey.check(signer.publicKey)
  return { entity: { v: ENTITY_VERSION, id, nodes: [] }, signer }
}
