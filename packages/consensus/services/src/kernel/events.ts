/** What rules tell the world: the events of a block, in the order in which they happen. */

import { toUtf8 } from '@wadi/base/bytes'
import { encode, type Schema } from '@wadi/cbor/codec'
import { eventBodies } from '@wadi/consensus/events'
import type { NODE_LIST_EPOCH } from '@wadi/consensus/registry/events'
import type { Context } from './context.ts'

type Bodies = typeof eventBodies
/** The type of an event: the application that tells it. */
export type EventType = keyof Bodies
/** The kinds of events that an application tells. */
export type EventKind<A extends EventType> = keyof Bodies[A] & string
/** What an event of a kind says. */
export type EventBody<A extends EventType, K extends EventKind<A>> =
  Bodies[A][K] extends Schema<infer T> ? T : never

/** A pair of an event; the value before it is put into base64. */
export interface EventAttribute {
  readonly key: string
  readonly value: Uint8Array
}

/** An event as CometBFT gets it. */
export interface BlockEvent {
  readonly type: EventType
  readonly attributes: readonly EventAttribute[]
}

/** COMPAT(oasis-core): only staking's events are under the block's root of events. */
const PROVABLE: EventType = 'oasis_event_100_staking'

/** Tells an event. */
export function emit<A extends EventType, K extends EventKind<A>>(
  ctx: Context,
  type: A,
  kind: K,
  body: EventBody<A, K>,
  ...more: readonly EventAttribute[]
): void {
  const schema = eventBodies[type][kind] as Schema<EventBody<A, K>>
  emitAttributes(ctx, type, { key: kind, value: encode(schema, body) }, ...more)
}

/** Tells an event whose value is no body. */
export function emitText(ctx: Context, type: EventType, key: string, text: string): void {
  emitAttributes(ctx, type, { key, value: toUtf8(text) })
}

function emitAttributes(
  ctx: Context,
  type: EventType,
  ...attributes: readonly EventAttribute[]
): void {
  ctx.events.push({ type, attributes })
}

/** Was such an event told in this phase of the block, or by this transaction, so far? */
export function hasEvent<A extends EventType>(
  ctx: Context,
  type: A,
  kind: EventKind<A> | typeof NODE_LIST_EPOCH,
): boolean {
  return ctx.events.some(
    (event) => event.type === type && event.attributes.some(({ key }) => key === kind),
  )
}

/** The encoded bodies of those events that can be proved, in order. */
export function provableBodies(events: readonly BlockEvent[]): readonly Uint8Array[] {
  return events.filter(({ type }) => type === PROVABLE).map((event) => event.attributes[0]!.value)
}
