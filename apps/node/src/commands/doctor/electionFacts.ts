/** How a node stands before an election of validators. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { calls as schedulerCalls } from '@wadi/consensus/scheduler/api'
import { type Account, ThresholdKind } from '@wadi/consensus/staking'
import { calls as stakingCalls } from '@wadi/consensus/staking/api'
import { claimOfNode } from '@wadi/consensus-services/registry/stakeClaims'
import { totalOfClaims } from '@wadi/consensus-services/staking/stakeClaims'
import { stakingAddress } from '@wadi/primitives/address'
import type { PublicKey } from '@wadi/primitives/publicKey'
import type { AskedNode } from '../connection/nodeConnection.ts'
import type { ElectionFacts } from './facts.ts'
import { OWNERS_MAX } from './limits.ts'

/** Who stands. */
export interface Standing {
  readonly id: PublicKey
  readonly owner: PublicKey | undefined
  readonly usesProofs: boolean
}

const LAST = 0n

/** See the top of this file; undefined if nobody owns the node. */
export async function gatherElection(
  node: AskedNode,
  { id, owner, usesProofs }: Standing,
): Promise<ElectionFacts | undefined> {
  if (owner === undefined) return undefined
  const params = await node.ask(schedulerCalls, 'Scheduler/ConsensusParameters', LAST)
  const validators = await node.ask(schedulerCalls, 'Scheduler/GetValidators', LAST)
  const account = await accountOf(node, owner)
  const stake = account.escrow.active.balance
  const stakes = await stakesOf(
    node,
    validators.map(({ entityId }) => entityId),
  )
  const others = validators.filter((one) => !equalBytes(one.id, id))
  const isOwn = ({ entityId }: { readonly entityId: PublicKey }) => equalBytes(entityId, owner)
  const siblings = others.filter(isOwn).length
  const elected = others
    .filter((one) => !isOwn(one))
    .map(({ entityId }) => stakes.get(toHex(entityId)) ?? 0n)
  const least = elected.reduce<bigint | undefined>(
    (lowest, one) => (lowest === undefined || one < lowest ? one : lowest),
    undefined,
  )
  return {
    isElected: others.length < validators.length,
    stake,
    needed: params.debugBypassStake ? 0n : await neededBy(node, account, id),
    rank: elected.filter((one) => one >= stake).length + siblings + 1,
    maxValidators: params.maxValidators,
    leastElected: least,
    siblings: BigInt(siblings),
    maxPerEntity: params.maxValidatorsPerEntity,
    usesProofs,
  }
}

function accountOf(node: AskedNode, owner: PublicKey): Promise<Account> {
  const query = { height: LAST, owner: stakingAddress(owner) }
  return node.ask(stakingCalls, 'Staking/Account', query)
}

async function stakesOf(
  node: AskedNode,
  owners: readonly PublicKey[],
): Promise<ReadonlyMap<string, bigint>> {
  const stakes = new Map<string, bigint>()
  for (const owner of owners.slice(0, OWNERS_MAX)) {
    const key = toHex(owner)
    if (stakes.has(key)) continue
    stakes.set(key, (await accountOf(node, owner)).escrow.active.balance)
  }
  return stakes
}

/** What all claims take together, this node's included whether it is registered or not. */
async function neededBy(node: AskedNode, { escrow }: Account, id: PublicKey): Promise<bigint> {
  const { thresholds } = await node.ask(stakingCalls, 'Staking/ConsensusParameters', LAST)
  const { claims } = escrow.stakeAccumulator
  const claimed = totalOfClaims(claims, thresholds)
  if (claims.has(claimOfNode(id))) return claimed
  return claimed + (thresholds.get(ThresholdKind.names['node-validator']) ?? 0n)
}
