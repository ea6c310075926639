import type { Namespace } from '@wadi/primitives/namespace'
import type { Context } from '../kernel/context.ts'
import { type EventBody, type EventKind, emit } from '../kernel/events.ts'

const TYPE = 'oasis_event_999_roothash'

/** The attribute beside every event: the identifier of its runtime. */
export const RUNTIME_ATTRIBUTE = 'runtime_id'

/** Tells an event of a runtime, whose identifier goes beside it. */
export function tell<K extends EventKind<typeof TYPE>>(
  ctx: Context,
  runtime: Namespace,
  kind: K,
  body: EventBody<typeof TYPE, K>,
): void {
  emit(ctx, TYPE, kind, body, { key: RUNTIME_ATTRIBUTE, value: runtime })
}
