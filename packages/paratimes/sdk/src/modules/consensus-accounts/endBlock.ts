/** At the beginning of an epoch, delegations whose time is over are paid out. */

import { toHex } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import type { ReclaimEscrowEvent } from '@wadi/consensus/staking/events'
import { runtimeAddress } from '@wadi/primitives/address'
import type { Frame } from '../../frame/frame.ts'
import { U128_MAX } from '../../types/token.ts'
import { mint } from '../accounts/balances.ts'
import { heightOfEpoch, reclaimedAt } from '../consensus/history.ts'
import { consensusDenomination, fromConsensus } from '../consensus/messages.ts'
import { hasEpochChanged } from '../core/hooks.ts'
import { dueUndelegations, setReceipt, takeUndelegation, type Undelegation } from './state.ts'
import * as types from './types.ts'

const errors = definePlainErrors('paratimeUndelegations', {
  unrepresentable: 'what was given back cannot be shared',
})

/** Pays out all that is due. */
export function payUndelegations(frame: Frame): void {
  if (!hasEpochChanged(frame)) return
  const known = new Map<string, ReclaimEscrowEvent>()
  for (const due of dueUndelegations(frame, frame.context.epoch)) {
    const key = `${due.epoch} ${toHex(due.escrow)}`
    const reclaimed = known.get(key) ?? reclaimedOf(frame, due)
    known.set(key, reclaimed)
    pay(frame, due, reclaimed)
  }
}

/** What all delegators together got back then. */
function reclaimedOf(frame: Frame, { epoch, escrow }: Undelegation): ReclaimEscrowEvent {
  const owner = runtimeAddress(frame.context.runtimeId)
  return reclaimedAt(frame, heightOfEpoch(frame, epoch), { owner, escrow })
}

function pay(frame: Frame, due: Undelegation, reclaimed: ReclaimEscrowEvent): void {
  const { delegator: to, escrow: from, epoch } = due
  const { shares, receipt } = takeUndelegation(frame, due)
  const product = shares * reclaimed.amount
  if (product > U128_MAX || reclaimed.shares === 0n) throw errors.unrepresentable()
  const units = fromConsensus(frame, product / reclaimed.shares)
  const amount = { amount: units, denomination: consensusDenomination(frame) }
  mint(frame, to, amount)
  if (receipt > 0n) {
    const id = { owner: to, kind: 'undelegateDone', id: receipt } as const
    setReceipt(frame, id, { ...types.Receipt.zero, amount: units })
  }
  frame.emit(types.UndelegateDone, { from, to, shares, amount, epoch })
}
