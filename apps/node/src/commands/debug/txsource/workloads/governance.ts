/** `governance`: proposals of every kind, votes on them, and what must not be proposed. */

import { toHex } from '@wadi/base/bytes'
import { type Proposal, ProposalState, Vote } from '@wadi/consensus/governance'
import { errors as governanceErrors } from '@wadi/consensus/governance/errors'
import type { Signer } from '@wadi/crypto/signature/signer'
import { quantity } from '@wadi/primitives/quantity'
import { methodCall } from '@wadi/sdk/method-call'
import { check, errors } from '../errors.ts'
import { drawChance, drawOne, drawSigner } from '../randomChoice.ts'
import { addressOf } from '../transactionSender.ts'
import { mustFail, refusalOf, type Workload, type WorkloadWorld } from '../workload.ts'
import type { Assembly, ProposerAccount } from './assembly.ts'
import {
  cancelDueUpgrades,
  proposeCancellation,
  proposeChanges,
  proposeUpgrade,
} from './propose.ts'

const LAST = 0n
const DELEGATORS = 3
const DELEGATED = 10_000n
/** How many of a hundred votes on the proposals of each proposer are in favour. */
const FAVOUR = [100, 99, 98, 95, 92, 90, 80, 70, 50, 0] as const
const HALF = 50
const PROPOSALS_PAID = 1_000n
const PAUSE_MS = 2_000

type Action = (assembly: Assembly) => Promise<void>

function drawVote({ random, proposers, cancellations }: Assembly, proposal: Proposal): Vote {
  const { id, submitter } = proposal
  const proposer = proposers.find(({ address }) => toHex(address) === toHex(submitter))
  if (cancellations.has(id)) return Vote.names.yes
  if (drawChance(random, proposer?.favour ?? 0)) return Vote.names.yes
  return drawChance(random, HALF) ? Vote.names.no : Vote.names.abstain
}

/** Not eligible is who does not validate at the moment; too late, whoever is slow. */
const FORGIVEN = [governanceErrors.notEligible().code, governanceErrors.votingIsClosed().code]

async function cast(assembly: Assembly, voter: Signer, id: bigint, vote: Vote): Promise<void> {
  const { client, sender, funds } = assembly
  const call = methodCall('governance.CastVote', { id, vote })
  const refusal = await refusalOf(() => sender.send(voter, call, funds))
  if (refusal?.module === 'governance' && FORGIVEN.includes(refusal.code)) return
  if (refusal !== undefined) throw refusal
  const votes = await client.governance.votes({ height: await sender.caughtUp(), id })
  const address = toHex(addressOf(voter))
  const own = votes.find(({ voter: of }) => toHex(of) === address)
  // Votes are gone when they are counted.
  check(own === undefined || own.vote === vote, () => `a vote on ${id} is not what was cast`)
}

/** Everybody votes on a proposal that is open for a while. */
const voteOnOne: Action = async (assembly) => {
  const { client, sender, random, delegators, validatorEntities } = assembly
  const height = await sender.caughtUp()
  const epoch = await client.beacon.getEpoch(height)
  const active = await client.governance.activeProposals(height)
  const open = active.filter(({ closesAt }) => closesAt > epoch + 1n)
  if (open.length === 0) return
  const proposal = drawOne(random, open)
  const voters = [...validatorEntities, drawOne(random, delegators)]
  const votes = voters.map((voter) => [voter, drawVote(assembly, proposal)] as const)
  await Promise.all(votes.map(([voter, vote]) => cast(assembly, voter, proposal.id, vote)))
}

/** Somebody votes who has no say. */
const voteOfStranger: Action = async ({ client, sender, random, proposers, funds }) => {
  const [proposal] = await client.governance.activeProposals(await sender.caughtUp())
  if (proposal === undefined) return
  const call = methodCall('governance.CastVote', { id: proposal.id, vote: Vote.names.yes })
  const { signer } = drawOne(random, proposers)
  await mustFail('the vote of somebody without stake', () => sender.send(signer, call, funds))
}

const ACTIONS: readonly Action[] = [
  proposeUpgrade,
  proposeCancellation,
  proposeChanges,
  voteOnOne,
  voteOnOne,
  voteOfStranger,
]

/** Deposits are held for what is open, and what is closed says why. */
async function checkProposals({ client, sender }: Assembly): Promise<void> {
  const height = await sender.caughtUp()
  const all = await client.governance.proposals(height)
  const active = await client.governance.activeProposals(height)
  const { active: isActive } = ProposalState.names
  const held = active.reduce((sum, { deposit }) => sum + deposit, 0n)
  const deposits = await client.staking.governanceDeposits(height)
  check(held === deposits, () => `deposits are ${deposits}, and those of open proposals ${held}`)
  const open = all.filter(({ state }) => state === isActive)
  check(open.length === active.length, () => 'open proposals are not those that are active')
  const epoch = await client.beacon.getEpoch(height)
  for (const { id, state, closesAt, results } of all) {
    const isOpen = state === isActive
    check(isOpen === closesAt > epoch, () => `proposal ${id} is ${state} in epoch ${epoch}`)
    // What nobody voted on has none when it is closed, either.
    check(!isOpen || results === undefined, () => `proposal ${id} has results while it is open`)
  }
}

async function openAssembly(world: WorkloadWorld): Promise<Assembly> {
  const { client, sender, funds, random, validatorEntities } = world
  const [first] = validatorEntities
  if (first === undefined)
    throw errors.notPossible(
      'entities of validators vote; name their folders with --validator_entity',
    )
  const parameters = await client.governance.consensusParameters(LAST)
  const delegators = Array.from({ length: DELEGATORS }, () => drawSigner(random))
  await sender.transferToAll(funds, delegators.map(addressOf), 2n * DELEGATED)
  const call = methodCall('staking.AddEscrow', {
    account: addressOf(first),
    amount: quantity(DELEGATED),
  })
  await Promise.all(delegators.map((signer) => sender.send(signer, call, funds)))
  const proposers = FAVOUR.map((favour): ProposerAccount => {
    const signer = drawSigner(random)
    return { signer, address: addressOf(signer), favour }
  })
  const amount = parameters.minProposalDeposit * PROPOSALS_PAID
  const addresses = proposers.map(({ address }) => address)
  if (amount > 0n) await sender.transferToAll(funds, addresses, amount)
  const vote = (voter: Signer, id: bigint) => cast(assembly, voter, id, Vote.names.yes)
  const assembly: Assembly = {
    ...world,
    parameters,
    delegators,
    proposers,
    vote,
    cancellations: new Set<bigint>(),
  }
  return assembly
}

/** See the top of this file. */
export const governanceWorkload: Workload = {
  needsFunds: true,
  async run(world) {
    const assembly = await openAssembly(world)
    do {
      await cancelDueUpgrades(assembly)
      await drawOne(world.random, ACTIONS)(assembly)
      await checkProposals(assembly)
    } while (await world.goesOn(PAUSE_MS))
  },
}
