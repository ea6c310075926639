/** All that a node knows of an account, at one height. */

import type { Account } from '@wadi/consensus/staking'
import { calls } from '@wadi/consensus/staking/api'
import type { Address } from '@wadi/primitives/address'
import type { AskedNode } from '../../connection/nodeConnection.ts'
import type { TokenTerms } from '../../transaction/amounts.ts'
import { tokenOfNode } from '../tokenOfNode.ts'
import { type DelegationView, worthOf } from './describeDelegations.ts'

/** See the top of this file. */
export interface AccountView {
  readonly address: Address
  readonly height: bigint
  readonly account: Account
  readonly token: TokenTerms
  /** What it has delegated, and what others, or itself, have delegated to it. */
  readonly delegated: Delegations
  readonly received: Delegations
}

/** Delegations in one direction. */
export interface Delegations {
  readonly active: readonly DelegationView[]
  readonly debonding: readonly DelegationView[]
}

async function delegatedBy(node: AskedNode, query: Query): Promise<Delegations> {
  const active = await node.ask(calls, 'Staking/DelegationInfosFor', query)
  const debonding = await node.ask(calls, 'Staking/DebondingDelegationInfosFor', query)
  return {
    active: Array.from(
      active,
      ([
        address,
        {
          delegation: { shares },
          pool,
        },
      ]) => ({
        address,
        shares,
        amount: worthOf(shares, pool),
      }),
    ),
    debonding: Array.from(debonding, ([address, infos]) =>
      infos.map(({ delegation: { shares, debondEnd }, pool }) => ({
        address,
        shares,
        amount: worthOf(shares, pool),
        endTime: debondEnd,
      })),
    ).flat(),
  }
}

interface Query {
  readonly height: bigint
  readonly owner: Address
}

async function receivedBy(
  node: AskedNode,
  query: Query,
  { active: activePool, debonding: debondingPool }: Account['escrow'],
): Promise<Delegations> {
  const active = await node.ask(calls, 'Staking/DelegationsTo', query)
  const debonding = await node.ask(calls, 'Staking/DebondingDelegationsTo', query)
  return {
    active: Array.from(active, ([address, { shares }]) => ({
      address,
      shares,
      amount: worthOf(shares, activePool),
    })),
    debonding: Array.from(debonding, ([address, all]) =>
      all.map(({ shares, debondEnd }) => ({
        address,
        shares,
        amount: worthOf(shares, debondingPool),
        endTime: debondEnd,
      })),
    ).flat(),
  }
}

/** Asks a node for all of it. */
export async function askForAccount(node: AskedNode, query: Query): Promise<AccountView> {
  const account = await node.ask(calls, 'Staking/Account', query)
  return {
    address: query.owner,
    height: query.height,
    account,
    delegated: await delegatedBy(node, query),
    received: await receivedBy(node, query, account.escrow),
    token: await tokenOfNode(node),
  }
}
