/** What becomes of handoffs when an epoch begins. */

import type { Status } from '@wadi/consensus/churp'
import type { Epoch } from '@wadi/primitives/epoch'
import { beginningEpoch } from '../beacon/queries.ts'
import type { Context } from '../kernel/context.ts'
import { runtimesOf } from '../registry/queries.ts'
import {
  completedHandoff,
  epochAfter,
  isDisabled,
  minApplicants,
  withHandoffAt,
} from './handoff.ts'
import { statusesOf } from './queries.ts'
import { updateScheme } from './schemes.ts'

/** Begins handoffs for which enough nodes applied, and ends those whose epoch is over. */
export function beginBlock(ctx: Context): void {
  const epoch = beginningEpoch(ctx)
  if (epoch === undefined) return
  for (const { id } of runtimesOf(ctx.state))
    for (const status of statusesOf(ctx.state, id)) {
      const after = statusIn(epoch, status)
      if (after !== status) updateScheme(ctx, after)
    }
}

/** The scheme in the epoch that begins; the same one if nothing is to be done. */
export function statusIn(epoch: Epoch, status: Status): Status {
  if (isDisabled(status)) return status
  if (epoch === status.nextHandoff) {
    if (status.applications.size >= minApplicants(status)) return status
  } else if (epoch === epochAfter(status.nextHandoff)) {
    const completed = completedHandoff(status, 'late')
    if (completed !== undefined) return completed
  } else return status
  // It has failed: nodes may apply for another one at once.
  return withHandoffAt(status, epochAfter(epoch))
}
