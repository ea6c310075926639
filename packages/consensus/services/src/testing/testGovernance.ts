/** Networks in which a test proposes and votes. */

import { encode, make, zero } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { Parameters, type Proposal, ProposalContent } from '@wadi/consensus/governance'
import * as registryKeys from '@wadi/consensus/registry/keys'
import { Validator } from '@wadi/consensus/scheduler'
import * as schedulerKeys from '@wadi/consensus/scheduler/keys'
import { Account, EscrowAccount } from '@wadi/consensus/staking'
import { UPGRADE_VERSION, type UpgradeDescriptor } from '@wadi/consensus/upgrade'
import { type Address, stakingAddress } from '@wadi/primitives/address'
import { ENTITY_VERSION, Entity, SignedEntity } from '@wadi/primitives/entity'
import { PublicKey } from '@wadi/primitives/publicKey'
import { quantity } from '@wadi/primitives/quantity'
import { PROTOCOL_VERSIONS } from '@wadi/primitives/version'
import { setParameters } from '../governance/state.ts'
import type { Context } from '../kernel/context.ts'
import { type State, write } from '../kernel/state.ts'
import { accountOf } from '../staking/queries.ts'
import { setAccount, setDelegation } from '../staking/state.ts'
import { type LedgerStart, pool, testLedger } from './testLedger.ts'
import { testKey } from './testNodes.ts'

/** What it takes to propose and to pass in these networks. */
export const GOVERNANCE: Parameters = make(Parameters, {
  minProposalDeposit: quantity(10n),
  votingPeriod: 5n,
  stakeThreshold: 68,
  upgradeMinEpochDiff: 20n,
  upgradeCancelMinEpochDiff: 10n,
  enableChangeParametersProposal: true,
})

/** What such a network begins with. */
export interface GovernanceStart extends LedgerStart {
  readonly governance?: Partial<Parameters>
}

/** A context over a ledger with governance; it is epoch 7, and has just become so. */
export function testGovernance({ governance, ...start }: GovernanceStart = {}): Context {
  const ctx = testLedger(start)
  setParameters(ctx.state, { ...GOVERNANCE, ...governance })
  return ctx
}

/** A proposal with one wish. */
export function proposing(content: Partial<ProposalContent>): ProposalContent {
  return make(ProposalContent, content)
}

/** An upgrade that this program can do in place. */
export function upgradeAt(epoch: bigint, handler = 'empty'): UpgradeDescriptor {
  return { v: UPGRADE_VERSION, handler, target: PROTOCOL_VERSIONS, epoch }
}

/** Registers the entity of a number, with nodes of some numbers. */
export function putEntity(state: State, n: number, ...nodes: readonly number[]): void {
  const entity: Entity = { v: ENTITY_VERSION, id: testKey(n), nodes: nodes.map(testKey) }
  const signed = { ...zero(SignedEntity), untrustedRawValue: encode(Entity, entity) }
  write(state, registryKeys.entities, [testKey(n)], signed)
}

/** Elects nodes, each of the entity of a number. */
export function elect(state: State, ...elected: readonly { node: number; entity: number }[]): void {
  const validators = elected.map(({ node, entity }) => {
    const validator = make(Validator, { id: testKey(node), entityId: testKey(entity) })
    return [testKey(node + 2_000_000), { ...validator, votingPower: 1n }] as const
  })
  write(state, schedulerKeys.currentValidators, [], keyedMap(PublicKey, validators))
}

/** Gives the entity of a number a pool, of which these have so many shares. */
export function delegate(
  state: State,
  entity: number,
  balance: bigint,
  shares: readonly (readonly [Address, bigint])[],
): void {
  const address = stakingAddress(testKey(entity))
  let total = 0n
  for (const [delegator, count] of shares) {
    setDelegation(state, delegator, address, { shares: quantity(count) })
    total += count
  }
  const { general } = accountOf(state, address)
  const escrow = make(EscrowAccount, { active: pool(balance, total) })
  setAccount(state, address, make(Account, { general, escrow }))
}

/** Fields of a proposal that are told apart when the rest follows from them. */
export function summaryOf({ state, results, invalidVotes }: Proposal): {
  readonly state: number
  readonly results: readonly (readonly [number, bigint])[]
  readonly invalidVotes: bigint
} {
  return { state, results: [...(results ?? [])], invalidVotes }
}
