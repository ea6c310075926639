/** What staking answers. */

import { keyedMap } from '@wadi/cbor/collections'
import { calls } from '@wadi/consensus/staking/api'
import { Event } from '@wadi/consensus/staking/events'
import { Address } from '@wadi/primitives/address'
import { type ApiMethods, answering } from '../kernel/api.ts'
import { eventReader, eventsOfBlock } from '../kernel/apiEvents.ts'
import type { ReadableState } from '../kernel/state.ts'
import { exportGenesis, tokenInfoOf } from './genesis.ts'
import {
  accountOf,
  addressesOf,
  allowanceOf,
  commissionScheduleAddressesOf,
  commonPoolOf,
  debondingDelegationsFor,
  debondingDelegationsTo,
  delegationsFor,
  delegationsTo,
  governanceDepositsOf,
  lastBlockFeesOf,
  parametersOf,
  shownAccountOf,
  thresholdOf,
  totalSupplyOf,
} from './queries.ts'

/** Staking's events, as calls answer them. */
export const readEvents = eventReader('oasis_event_100_staking', Event, {
  transfer: (transfer) => ({ transfer }),
  burn: (burn) => ({ burn }),
  add_escrow: (add) => ({ escrow: { ...NO_ESCROW_EVENT, add } }),
  take_escrow: (take) => ({ escrow: { ...NO_ESCROW_EVENT, take } }),
  debonding_start: (debondingStart) => ({ escrow: { ...NO_ESCROW_EVENT, debondingStart } }),
  reclaim_escrow: (reclaim) => ({ escrow: { ...NO_ESCROW_EVENT, reclaim } }),
  allowance_change: (allowanceChange) => ({ allowanceChange }),
})

const NO_ESCROW_EVENT = {
  add: undefined,
  take: undefined,
  debondingStart: undefined,
  reclaim: undefined,
} as const

function delegationInfosFor(state: ReadableState, delegator: Address) {
  return delegationsFor(state, delegator).map(([escrow, delegation]) => {
    const pool = accountOf(state, escrow).escrow.active
    return [escrow, { delegation, pool }] as const
  })
}

function debondingDelegationInfosFor(state: ReadableState, delegator: Address) {
  return debondingDelegationsFor(state, delegator).map(([escrow, delegations]) => {
    const pool = accountOf(state, escrow).escrow.debonding
    return [escrow, delegations.map((delegation) => ({ delegation, pool }))] as const
  })
}

function byAddress<T>(entries: readonly (readonly [Address, T])[]) {
  return keyedMap(Address, entries)
}

export const methods: ApiMethods = answering(calls, {
  'Staking/TokenSymbol': ({ state, genesis }) => tokenInfoOf(state, genesis.staking).tokenSymbol,
  'Staking/TokenValueExponent': ({ state, genesis }) =>
    tokenInfoOf(state, genesis.staking).tokenValueExponent,
  'Staking/TotalSupply': ({ state }) => totalSupplyOf(state),
  'Staking/CommonPool': ({ state }) => commonPoolOf(state),
  'Staking/LastBlockFees': ({ state }) => lastBlockFeesOf(state),
  'Staking/GovernanceDeposits': ({ state }) => governanceDepositsOf(state),
  'Staking/Threshold': ({ state }, { kind }) => thresholdOf(state, kind),
  'Staking/Addresses': ({ state }) => addressesOf(state),
  'Staking/CommissionScheduleAddresses': ({ state }) => commissionScheduleAddressesOf(state),
  'Staking/Account': ({ state }, { owner }) => shownAccountOf(state, owner),
  'Staking/DelegationsFor': ({ state }, { owner }) => byAddress(delegationsFor(state, owner)),
  'Staking/DelegationInfosFor': ({ state }, { owner }) =>
    byAddress(delegationInfosFor(state, owner)),
  'Staking/DelegationsTo': ({ state }, { owner }) => byAddress(delegationsTo(state, owner)),
  'Staking/DebondingDelegationsFor': ({ state }, { owner }) =>
    byAddress(debondingDelegationsFor(state, owner)),
  'Staking/DebondingDelegationInfosFor': ({ state }, { owner }) =>
    byAddress(debondingDelegationInfosFor(state, owner)),
  'Staking/DebondingDelegationsTo': ({ state }, { owner }) =>
    byAddress(debondingDelegationsTo(state, owner)),
  'Staking/Allowance': ({ state }, { owner, beneficiary }) =>
    allowanceOf(state, owner, beneficiary),
  'Staking/StateToGenesis': ({ state, genesis }) => exportGenesis(state, genesis.staking),
  'Staking/ConsensusParameters': ({ state }) => parametersOf(state),
  'Staking/GetEvents': ({ block, height }) => eventsOfBlock(readEvents, block, height),
})
