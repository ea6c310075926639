/** The transaction that a proposer adds to its block. */

import type { Infer } from '@wadi/cbor/codec'
import { bytes } from '@wadi/cbor/scalars'
import { nilable, struct } from '@wadi/cbor/struct'
import { Hash } from '@wadi/primitives/hash'

/** Body of consensus.Meta: the state after the block, and the root of its provable events. */
export const BlockMetadata = struct({ stateRoot: Hash, eventsRoot: nilable(bytes) })
export type BlockMetadata = Infer<typeof BlockMetadata>

/** Bodies by the name of the method. */
export const methodBodies = { 'consensus.Meta': BlockMetadata } as const
