/** The bridge of accounts: deposits, withdrawals, delegations. */

import { ADDRESS_SIZE, Address } from '@wadi/primitives/address'
import { unit } from '../../codec.ts'
import { via } from '../../errors.ts'
import type { Frame } from '../../frame/frame.ts'
import { call, type Method, query } from '../../method.ts'
import { defineModule, type Module } from '../../module.ts'
import { u64At } from '../../state/table.ts'
import { U128, U128_MAX } from '../../types/token.ts'
import { balanceOf } from '../accounts/balances.ts'
import { consensusAccount } from '../consensus/consensus.ts'
import { consensusDenomination } from '../consensus/messages.ts'
import { useGas } from '../core/gas.ts'
import { checkInvariants } from './checkInvariants.ts'
import { payUndelegations } from './endBlock.ts'
import { errors } from './errors.ts'
import { messageResults } from './messageResults.ts'
import {
  delegationOf,
  delegations,
  MODULE,
  parameters,
  takeReceipt,
  undelegations,
} from './state.ts'
import { delegate, deposit, undelegate, withdraw } from './transactions.ts'
import * as types from './types.ts'

/** The first state of the bridge of accounts. */
export interface ConsensusAccountsGenesis {
  readonly parameters: types.Parameters
}

/** The bridge of accounts, with its first parameters. It needs accounts and consensus. */
export function consensusAccounts(genesis: ConsensusAccountsGenesis): Module {
  return defineModule({
    name: MODULE,
    parameters,
    init: (frame) => parameters.set(frame, genesis.parameters),
    hooks: { endBlock: payUndelegations, checkInvariants },
    methods: [...calls, ...queries, sharesToTokensCall, ...messageResults],
  })
}

const calls: readonly Method[] = [
  call({ name: 'consensus.Deposit', args: types.Move, result: unit, run: deposit }),
  call({ name: 'consensus.Withdraw', args: types.Move, result: unit, run: withdraw }),
  call({ name: 'consensus.Delegate', args: types.Delegate, result: unit, run: delegate }),
  call({ name: 'consensus.Undelegate', args: types.Undelegate, result: unit, run: undelegate }),
  call({
    name: 'consensus.TakeReceipt',
    args: types.TakeReceipt,
    result: types.TakenReceipt,
    isInternal: true,
    run: runTakeReceipt,
  }),
]

const queries: readonly Method[] = [
  query({
    name: 'consensus.Balance',
    args: types.AddressQuery,
    result: types.AccountBalance,
    run: (frame, { address }) => ({
      balance: balanceOf(frame, address, consensusDenomination(frame)),
    }),
  }),
  query({
    name: 'consensus.Account',
    args: types.AddressQuery,
    result: types.ConsensusAccount,
    run: (frame, { address }) => consensusAccount(frame, address),
  }),
  query({
    name: 'consensus.Delegation',
    args: types.DelegationQuery,
    result: types.DelegationInfo,
    run: runDelegation,
  }),
  call({
    name: 'consensus.Delegation',
    args: types.DelegationQuery,
    result: types.DelegationInfo,
    isInternal: true,
    run(frame, args) {
      via('core', () => useGas(frame, parameters.get(frame).gasCosts.delegation))
      return runDelegation(frame, args)
    },
  }),
  query({
    name: 'consensus.Delegations',
    args: types.DelegationsQuery,
    result: types.Delegations,
    run: ({ store }, { from }) =>
      delegations
        .entries(store, from)
        .map(([key, { shares }]) => ({ to: addressAt(key, 0), shares })),
  }),
  query({
    name: 'consensus.AllDelegations',
    args: unit,
    result: types.AllDelegations,
    isExpensive: true,
    run: ({ store }) =>
      delegations
        .entries(store)
        .map(([key, { shares }]) => ({ from: addressAt(key, 0), to: addressAt(key, 1), shares })),
  }),
  query({
    name: 'consensus.Undelegations',
    args: types.UndelegationsQuery,
    result: types.Undelegations,
    run: ({ store }, { to }) =>
      undelegations.entries(store, to).map(([key, { shares }]) => ({
        from: addressAt(key, 0),
        epoch: u64At(key, ADDRESS_SIZE),
        shares,
      })),
  }),
  query({
    name: 'consensus.AllUndelegations',
    args: unit,
    result: types.AllUndelegations,
    isExpensive: true,
    run: ({ store }) =>
      undelegations.entries(store).map(([key, { shares }]) => ({
        from: addressAt(key, 1),
        to: addressAt(key, 0),
        epoch: u64At(key, 2 * ADDRESS_SIZE),
        shares,
      })),
  }),
]

const sharesToTokensCall = call({
  name: 'consensus.SharesToTokens',
  args: types.SharesToTokens,
  result: U128,
  isInternal: true,
  run: sharesToTokens,
})

function addressAt(key: Uint8Array, place: number): Address {
  return Address.check(key.slice(place * ADDRESS_SIZE, (place + 1) * ADDRESS_SIZE))
}

function runDelegation(
  frame: Frame,
  { from, to }: { readonly from: Address; readonly to: Address },
): types.DelegationInfo {
  return delegationOf(frame, { delegator: from, escrow: to })
}

/** consensus.TakeReceipt: what came of an earlier call from within, once. */
function runTakeReceipt(frame: Frame, { kind, id }: types.TakeReceipt): types.Receipt | undefined {
  via('core', () => useGas(frame, parameters.get(frame).gasCosts.takeReceipt))
  if (kind.kind === 'invalid') throw errors.invalidArgument()
  return takeReceipt(frame, { owner: frame.callerAddress, kind: kind.kind, id })
}

/** consensus.SharesToTokens: what shares are worth now, in base units of the consensus layer. */
function sharesToTokens(frame: Frame, { address, pool, shares }: types.SharesToTokens): bigint {
  via('core', () => useGas(frame, parameters.get(frame).gasCosts.sharesToTokens))
  const { escrow } = consensusAccount(frame, address)
  if (pool.kind === 'invalid') throw errors.invalidArgument()
  const { balance, totalShares } = escrow[pool.kind]
  const product = shares * balance
  if (product > U128_MAX || totalShares === 0n) throw errors.invalidArgument()
  return product / totalShares
}
