/** What all transactions about a scheme ask first. */

import { equalBytes } from '@wadi/base/bytes'
import type { Status } from '@wadi/consensus/churp'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import type { Context } from '../kernel/context.ts'
import { emit } from '../kernel/events.ts'
import type { ReadableState } from '../kernel/state.ts'
import { keyManagerOf } from '../keymanager/queries.ts'
import { plainErrors } from './errors.ts'
import type { Scheme } from './policy.ts'
import { statusOf } from './queries.ts'
import { setStatus } from './state.ts'

/** The key manager that the signer owns. */
export function ownKeyManagerOf(ctx: Context, { runtimeId }: Scheme): Runtime {
  const runtime = keyManagerOf(ctx.state, runtimeId)
  if (!equalBytes(runtime.entityId, ctx.signer)) throw plainErrors.notOwner()
  return runtime
}

/** Where a scheme stands. COMPAT(oasis-core): to transactions its absence has no code. */
export function schemeOf(state: ReadableState, { runtimeId, id }: Scheme): Status {
  const status = statusOf(state, runtimeId, id)
  if (status === undefined) throw plainErrors.noSuchId(`${id}`)
  return status
}

/** Writes a scheme that is not new, and tells it. */
export function updateScheme(ctx: Context, status: Status): void {
  setStatus(ctx.state, status)
  emit(ctx, 'oasis_event_999_keymanager', 'keymanager/churp.update', { status })
}
