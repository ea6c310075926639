/** What the scheduler tells. */

import type { Infer } from '@wadi/cbor/codec'
import { byteList } from '@wadi/cbor/scalars'
import { omitEmpty, struct } from '@wadi/cbor/struct'
import { CommitteeKind } from './committee.ts'

/** Committees were elected, or it was found that there are none to elect. */
export const ElectedEvent = struct({ kinds: omitEmpty(byteList(CommitteeKind)) })
export type ElectedEvent = Infer<typeof ElectedEvent>

/** Bodies by kind, as in the attributes of a block's results. */
export const events = { elected: ElectedEvent } as const
