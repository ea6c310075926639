/** What an election is about: who may be elected, and what decides it. Each is looked at once. */

import { toHex } from '@wadi/base/bytes'
import { assert, CodedError } from '@wadi/base/errors'
import { BACKENDS, type PrevVrfState, type RandomValue } from '@wadi/consensus/beacon'
import type { NodeStatus } from '@wadi/consensus/registry'
import type { Parameters } from '@wadi/consensus/scheduler'
import { type Address, stakingAddress } from '@wadi/primitives/address'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Node } from '@wadi/primitives/node'
import type { Quantity } from '@wadi/primitives/quantity'
import { betaOf } from '../beacon/alpha.ts'
import * as beacon from '../beacon/queries.ts'
import type { ReadableState } from '../kernel/state.ts'
import { isFrozen } from '../registry/nodeStatus.ts'
import { isExpired, nodeStatusOf, nodesOf } from '../registry/queries.ts'
import { type StakeSnapshot, stakeSnapshot } from '../staking/stakeClaims.ts'
import { parametersOf } from './queries.ts'

/** The account that stands for the nodes of an entity. One object for each, so that sets work. */
export interface Operator {
  readonly address: Address
  /** Has it the stake that is claimed of it? */
  readonly isStaked: boolean
  readonly stake: Quantity
}

/** A node that may be elected. */
export interface Candidate {
  readonly node: Node
  readonly status: NodeStatus
  readonly operator: Operator
  /** The output that the node proved in the epoch before; undefined if it proved none. */
  readonly beta: Uint8Array | undefined
}

/** Everything that an election depends on. */
export interface Election {
  readonly epoch: Epoch
  readonly params: Parameters
  readonly entropy: RandomValue
  /** What was proved in the epoch before; undefined in a network without proofs. */
  readonly vrf: PrevVrfState | undefined
  /** By node, without those that are frozen or expired. */
  readonly candidates: readonly Candidate[]
}

/** Calls an election for an epoch. Nothing may be written until it is over. */
export function callElection(state: ReadableState, epoch: Epoch): Election {
  const params = parametersOf(state)
  const { backend } = beacon.parametersOf(state)
  const entropy = beacon.randomValueOf(state)
  const vrf = backend === BACKENDS.vrf ? previousRound(state) : undefined
  const operatorOf = operators(stakeSnapshot(state), params)
  const candidates: Candidate[] = []
  for (const node of nodesOf(state)) {
    const status = nodeStatusOf(state, node.id)
    assert(status !== undefined, 'scheduler: a node has no status')
    if (isFrozen(status) || isExpired(node, epoch)) continue
    const proof = vrf?.pi?.get(node.id)
    const beta = proof && betaOf(proof)
    candidates.push({ node, status, operator: operatorOf(node), beta })
  }
  return { epoch, params, entropy, vrf, candidates }
}

function previousRound(state: ReadableState): PrevVrfState {
  const previous = beacon.vrfStateOf(state)?.prevState
  assert(previous !== undefined, 'scheduler: nobody has proved anything in an epoch before')
  return previous
}

/** Finds the operator of a node. */
function operators(stakes: StakeSnapshot, params: Parameters): (node: Node) => Operator {
  const known = new Map<string, Operator>()
  return ({ entityId }) => {
    const key = toHex(entityId)
    const before = known.get(key)
    if (before !== undefined) return before
    const address = stakingAddress(entityId)
    const isStaked = params.debugBypassStake || hasStake(stakes, address)
    const operator = { address, isStaked, stake: stakes.escrowBalance(address) }
    known.set(key, operator)
    return operator
  }
}

function hasStake(stakes: StakeSnapshot, address: Address): boolean {
  try {
    stakes.check(address)
    return true
  } catch (error) {
    if (error instanceof CodedError) return false
    throw error
  }
}
