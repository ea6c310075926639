/** Paying out what was reclaimed, when the wait is over. */

import { equalBytes } from '@wadi/base/bytes'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Context } from '../kernel/context.ts'
import { emit } from '../kernel/events.ts'
import { credited, withEscrow } from './accounts.ts'
import { accountOf, expiredDebondingsOf, type QueuedDebonding } from './queries.ts'
import { redeem } from './shares.ts'
import { removeDebondingDelegation, setAccount } from './state.ts'

/** Pays out everything that ends in this epoch or ended before it. */
export function releaseDebonding(ctx: Context, epoch: Epoch): void {
  for (const queued of expiredDebondingsOf(ctx.state, epoch)) release(ctx, queued)
}

function release(ctx: Context, { end, delegator, escrow, delegation }: QueuedDebonding): void {
  const { state } = ctx
  const { shares } = delegation
  const owner = accountOf(state, delegator)
  const isOwn = equalBytes(delegator, escrow)
  const source = isOwn ? owner : accountOf(state, escrow)
  const { pool, amount } = redeem(source.escrow.debonding, shares)
  removeDebondingDelegation(state, delegator, escrow, end)
  const richer = credited(owner, amount)
  if (isOwn) setAccount(state, escrow, withEscrow(richer, { debonding: pool }))
  else {
    setAccount(state, delegator, richer)
    setAccount(state, escrow, withEscrow(source, { debonding: pool }))
  }
  const event = { owner: delegator, escrow, amount, shares }
  emit(ctx, 'oasis_event_100_staking', 'reclaim_escrow', event)
}
