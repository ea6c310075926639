/** What a block told, as calls answer it. */

import { decode, type Schema } from '@wadi/cbor/codec'
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

/** Puts the body of an event where the answer has it. */
export type EventPlacing<A extends EventType, E> = {
  readonly [K in EventKind<A>]: (body: EventBody<A, K>) => E
}

/** Reads the events of a service: kinds that it places nowhere are left out. */
export type EventReader<E> = (
  events: readonly BlockEvent[],
  place: EventPlace,
) => readonly (E & EventPlace)[]

/** How a service's events become those of the answers. */
export function eventReader<A extends EventType, E>(
  type: A,
  placing: EventPlacing<A, E>,
): EventReader<E> {
  const bodies = eventBodies[type] as Readonly<Record<string, Schema<unknown>>>
  const placings = placing as Readonly<Record<string, (body: unknown) => E>>
  return (events, place) =>
    events
      .filter((event) => event.type === type)
      .flatMap(({ attributes }) => attributes)
      .filter(({ key }) => Object.hasOwn(placings, key))
      .map(({ key, value }) => ({ ...place, ...placings[key]!(decode(bodies[key]!, value)) }))
}

/** Everything that a service told in a block, in order. */
export function eventsOfBlock<E>(
  { beginEvents, transactions, endEvents }: ExecutedBlock,
  height: bigint,
  read: EventReader<E>,
): readonly (E & EventPlace)[] {
  const ofBlock = { height, txHash: EMPTY_HASH }
  return [
    ...read(beginEvents, ofBlock),
    ...transactions.flatMap(({ raw, events }) =>
      read(events, { height, txHash: hashOfBytes(raw) }),
    ),
    ...read(endEvents, ofBlock),
  ]
}
