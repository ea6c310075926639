/** What CHURP tells. */

import type { Infer } from '@wadi/cbor/codec'
import { named, nilable, struct } from '@wadi/cbor/struct'
import { Status } from './types.ts'

/** A scheme was created, or changed. COMPAT(oasis-core): the Go types have no tags. */
export const StatusEvent = struct({ status: named('Status', nilable(Status)) })
export type StatusEvent = Infer<typeof StatusEvent>

/** Bodies by kind, as in the attributes of a block's results; the kinds contain the module. */
export const events = {
  'keymanager/churp.create': StatusEvent,
  'keymanager/churp.update': StatusEvent,
} as const
