/** What a block told, as calls answer it. */

import { decode, make, type Schema } from '@wadi/cbor/codec'
import { eventBodies } from '@wadi/consensus/events'
import { EMPTY_HASH, type Hash, hashOfBytes } from '@wadi/primitives/hash'
import type { ExecutedBlock } from './api.ts'
import type { BlockEvent, EventBody, EventKind, EventType } from './events.ts'

/** Where an event was told. */
export interface EventPlace {
  readonly height: bigint
  /** Of the transaction; that of nothing at the beginning and the end of a block. */
  readonly txHash: Hash
}

/** Where the answer has the bodies of each kind of event. */
export type EventFields<A extends EventType, E> = {
  readonly [K in EventKind<A>]: (body: EventBody<A, K>, told: BlockEvent) => Partial<E>
}

/** Reads the events of one service among others. */
export type EventReader<E> = (events: readonly BlockEvent[], place: EventPlace) => readonly E[]

/** How a service's events become those of the answers. Attributes of no kind are left out. */
export function eventReader<A extends EventType, E extends EventPlace>(
  type: A,
  schema: Schema<E>,
  fields: EventFields<A, E>,
): EventReader<E> {
  const bodies = eventBodies[type] as Readonly<Record<string, Schema<unknown>>>
  const fieldOf = fields as Readonly<
    Record<string, (body: unknown, told: BlockEvent) => Partial<E>>
  >
  return (events, place) => {
    const own = events.filter((event) => event.type === type)
    return own.flatMap((told) => {
      const known = told.attributes.filter(({ key }) => Object.hasOwn(fieldOf, key))
      return known.map(({ key, value }) => {
        const field = fieldOf[key]!(decode(bodies[key]!, value), told)
        return make(schema, { ...field, ...place })
      })
    })
  }
}

/** Everything that a service told in a block, in order. */
export function eventsOfBlock<E>(
  read: EventReader<E>,
  { beginEvents, transactions, endEvents }: ExecutedBlock,
  height: bigint,
): readonly E[] {
  const ofBlock = { height, txHash: EMPTY_HASH }
  const ofTransactions = transactions.flatMap(({ raw, events }) =>
    read(events, { height, txHash: hashOfBytes(raw) }),
  )
  return [...read(beginEvents, ofBlock), ...ofTransactions, ...read(endEvents, ofBlock)]
}
