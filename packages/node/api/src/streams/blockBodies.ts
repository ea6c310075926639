/** What a block told, as far as no call answers it. */

import { decode, type Schema } from '@wadi/cbor/codec'
import { eventBodies } from '@wadi/consensus/events'
import type { ExecutedBlock } from '@wadi/consensus-services/kernel/api'
import type { EventBody, EventKind, EventType } from '@wadi/consensus-services/kernel/events'

/** The values under a key in the events of an application, in order. */
export function* valuesTold(
  { beginEvents, transactions, endEvents }: ExecutedBlock,
  type: EventType,
  wanted: string,
): Generator<Uint8Array> {
  const all = [...beginEvents, ...transactions.flatMap(({ events }) => events), ...endEvents]
  for (const event of all)
    if (event.type === type)
      for (const { key, value } of event.attributes) if (key === wanted) yield value
}

/** The bodies of the events of a kind, in order. */
export function* bodiesTold<A extends EventType, K extends EventKind<A>>(
  block: ExecutedBlock,
  type: A,
  kind: K,
): Generator<EventBody<A, K>> {
  const schema = eventBodies[type][kind] as Schema<EventBody<A, K>>
  for (const value of valuesTold(block, type, kind)) yield decode(schema, value)
}
