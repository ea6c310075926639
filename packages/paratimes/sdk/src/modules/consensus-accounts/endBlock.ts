/** At the beginning of an epoch, delegations whose time is over are paid out. */

import { toHex } from '@wadi/base/bytes'
import type { ReclaimEscrowEvent } from '@wadi/consensus/staking/events'
import { runtimeAddress } from '@wadi/primitives/address'
import type { Frame } from '../../frame/frame.ts'
import { mint } from '../accounts/balances.ts'
import { heightOfEpoch, reclaimedAt } from '../consensus/history.ts'
import { consensusDenomination, fromConsensus } from '../consensus/messages.ts'
import { hasEpochChanged } from '../core/hooks.ts'
import { dueUndelegations, setReceipt, takeUndelegation, type Undelegation } from './state.ts'
import * as types from './types.ts'

/** Pays out all that is due. The host is asked first: after each answer all begins again. */
export function payUndelegations(frame: Frame): void {
  if (!hasEpochChanged(frame)) return
  const known = new Map<string, ReclaimEscrowEvent>()
  const payments = dueUndelegations(frame, frame.context.epoch).map((due) => {
    const key = `${due.epoch} ${toHex(due.escrow)}`
    const reclaimed = known.get(key) ?? reclaimedOf(frame, due)
    known.set(key, reclaimed)
    return [due, reclaimed] as const
  })
  for (const [due, reclaimed] of payments) pay(frame, due, reclaimed)
}

/** What all delegators together got back then. */
function reclaimedOf(frame: Frame, { epoch, escrow }: Undelegation): ReclaimEscrowEvent {
  const owner = runtimeAddress(frame.context.runtimeId)
  return reclaimedAt(frame, heightOfEpoch(frame, epoch), { owner, escrow })
}

function pay(frame: Frame, due: Undelegation, reclaimed: ReclaimEscrowEvent): void {
  const { delegator: to, escrow: from, epoch } = due
  const { shares, receipt } = takeUndelegation(frame, due)
  const units = fromConsensus(frame, partOf(reclaimed, shares))
  const amount = { amount: units, denomination: consensusDenomination(frame) }
  mint(frame, to, amount)
  if (receipt > 0n) {
    const id = { owner: to, kind: 'undelegateDone', id: receipt } as const
    setReceipt(frame, id, { ...types.Receipt.zero, amount: units })
  }
  frame.emit(types.UndelegateDone, { from, to, shares, amount, epoch })
}

/**
 * What shares are worth of what was given back. After a slashing they may be worth no debonding
 * share at all; that is where the reference ends, as it does where the product is beyond 128 bits.
 */
function partOf({ amount, shares: all }: ReclaimEscrowEvent, shares: bigint): bigint {
  return all === 0n ? 0n : (shares * amount) / all
}
