/** How a node stands before an election of validators. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { calls as registryCalls } from '@wadi/consensus/registry/api'
import { calls as schedulerCalls } from '@wadi/consensus/scheduler/api'
import type { Account } from '@wadi/consensus/staking'
import { calls as stakingCalls } from '@wadi/consensus/staking/api'
import { claimOfNode, thresholdsOfNode } from '@wadi/consensus-services/registry/stakeClaims'
import { totalOfClaims } from '@wadi/consensus-services/staking/stakeClaims'
import { stakingAddress } from '@wadi/primitives/address'
import type { Namespace } from '@wadi/primitives/namespace'
import { hasRole } from '@wadi/primitives/nodeRoles'
import type { PublicKey } from '@wadi/primitives/publicKey'
import type { AskedNode } from '../connection/nodeConnection.ts'
import type { ElectionFacts } from './facts.ts'
import { OWNERS_MAX } from './limits.ts'

/** Who stands. */
export interface Standing {
  readonly id: PublicKey
  readonly owner: PublicKey | undefined
  /** What it is registered for, or wants to be. */
  readonly roles: number
  readonly runtimes: readonly Namespace[]
  readonly usesProofs: boolean
}

const LAST = 0n

/** See the top of this file; undefined if nobody owns the node. */
export async function gatherElection(
  node: AskedNode,
  standing: Standing,
): Promise<ElectionFacts | undefined> {
  const { id, owner, roles, usesProofs } = standing
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
    isWanted: hasRole(roles, 'validator'),
    isElected: others.length < validators.length,
    stake,
    needed: params.debugBypassStake ? 0n : await neededBy(node, account, standing),
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
async function neededBy(
  node: AskedNode,
  { escrow }: Account,
  { id, roles, runtimes }: Standing,
): Promise<bigint> {
  const { thresholds } = await node.ask(stakingCalls, 'Staking/ConsensusParameters', LAST)
  const { claims } = escrow.stakeAccumulator
  const claimed = totalOfClaims(claims, thresholds)
  const claim = claimOfNode(id)
  if (claims.has(claim)) return claimed
  const query = { height: LAST, includeSuspended: true }
  const all = (await node.ask(registryCalls, 'Registry/GetRuntimes', query)) ?? []
  const own = all.filter((one) => runtimes.some((wanted) => equalBytes(wanted, one.id)))
  return claimed + totalOfClaims([[claim, thresholdsOfNode({ roles }, own)]], thresholds)
}
