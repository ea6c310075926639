/** All that a node knows of an account, at one height. */

import type { Account, SharePool } from '@wadi/consensus/staking'
import { calls } from '@wadi/consensus/staking/api'
import type { Address } from '@wadi/primitives/address'
import type { Quantity } from '@wadi/primitives/quantity'
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

interface Query {
  readonly height: bigint
  readonly owner: Address
}

interface Shares {
  readonly shares: Quantity
  readonly debondEnd?: bigint
}

function viewOf(address: Address, { shares, debondEnd }: Shares, pool: SharePool): DelegationView {
  const end = debondEnd === undefined ? {} : { endTime: debondEnd }
  return { address, shares, amount: worthOf(shares, pool), ...end }
}

async function delegatedBy(node: AskedNode, query: Query): Promise<Delegations> {
  const active = await node.ask(calls, 'Staking/DelegationInfosFor', query)
  const debonding = await node.ask(calls, 'Staking/DebondingDelegationInfosFor', query)
  return {
    active: Array.from(active, ([to, { delegation, pool }]) => viewOf(to, delegation, pool)),
    debonding: Array.from(debonding, ([to, infos]) =>
      infos.map(({ delegation, pool }) => viewOf(to, delegation, pool)),
    ).flat(),
  }
}

async function receivedBy(
  node: AskedNode,
  query: Query,
  pools: Account['escrow'],
): Promise<Delegations> {
  const active = await node.ask(calls, 'Staking/DelegationsTo', query)
  const debonding = await node.ask(calls, 'Staking/DebondingDelegationsTo', query)
  return {
    active: Array.from(active, ([from, delegation]) => viewOf(from, delegation, pools.active)),
    debonding: Array.from(debonding, ([from, all]) =>
      all.map((delegation) => viewOf(from, delegation, pools.debonding)),
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
