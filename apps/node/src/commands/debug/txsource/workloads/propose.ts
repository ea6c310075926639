/** Proposals: upgrades that never come, their cancellations, and changes of parameters. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { encode, make } from '@wadi/cbor/codec'
import { type Proposal, ProposalContent } from '@wadi/consensus/governance'
import { UPGRADE_VERSION, UpgradeDescriptor } from '@wadi/consensus/upgrade'
import type { Epoch } from '@wadi/primitives/epoch'
import { PROTOCOL_VERSIONS } from '@wadi/primitives/version'
import { methodCall } from '@wadi/sdk/method-call'
import { check, errors } from '../errors.ts'
import { drawBetween, drawOne } from '../randomChoice.ts'
import { refusalOf } from '../workload.ts'
import type { Assembly } from './assembly.ts'
import { drawChanges } from './parameterChanges.ts'

const NAME_BYTES = 8
/** So many epochs more than it takes are there to cancel an upgrade: nodes may be away. */
const EPOCHS_TO_SPARE = 20n

/** Submits; the proposal as it is in the state, or why it is refused. */
async function submit(
  { client, sender, funds, random, proposers, parameters }: Assembly,
  given: Partial<ProposalContent>,
): Promise<Proposal | CodedError> {
  const { signer, address } = drawOne(random, proposers)
  const title = `proposal ${toHex(random.bytes(NAME_BYTES))}`
  const metadata = parameters.allowProposalMetadata ? { title, description: '' } : undefined
  const content = make(ProposalContent, { ...given, metadata })
  const call = methodCall('governance.SubmitProposal', content)
  const refusal = await refusalOf(() => sender.send(signer, call, funds))
  if (refusal !== undefined) return refusal
  const raw = encode(ProposalContent, content)
  const all = await client.governance.proposals(await sender.caughtUp())
  const own = all.findLast(
    (one) =>
      equalBytes(one.submitter, address) && equalBytes(encode(ProposalContent, one.content), raw),
  )
  check(own !== undefined, () => 'a proposal that was submitted is not there')
  return own!
}

/**
 * Was it refused exactly if it had to be? Between the look at the state and the block an epoch may
 * have begun, so that it was another state.
 */
async function expect(
  { client, sender }: Assembly,
  outcome: Proposal | CodedError,
  expected: { readonly isRefused: boolean; readonly inEpoch: Epoch },
): Promise<void> {
  const isRefused = outcome instanceof CodedError
  if (isRefused === expected.isRefused) return
  const epoch = await client.beacon.getEpoch(await sender.caughtUp())
  if (epoch !== expected.inEpoch) return
  if (isRefused) throw outcome
  throw errors.notRefused(`proposal ${outcome.id}`)
}

function distance(a: Epoch, b: Epoch): Epoch {
  return a > b ? a - b : b - a
}

/** So late an upgrade can be that there is time to cancel it. */
function cancellationLead({ parameters }: Assembly): Epoch {
  const { upgradeCancelMinEpochDiff: least, votingPeriod } = parameters
  return least + votingPeriod + EPOCHS_TO_SPARE
}

/** An upgrade to what the network is already, in an epoch that will not see it. */
export async function proposeUpgrade(assembly: Assembly): Promise<void> {
  const { client, sender, random, parameters } = assembly
  const { upgradeMinEpochDiff, votingPeriod } = parameters
  const height = await sender.caughtUp()
  const inEpoch = await client.beacon.getEpoch(height)
  const lead = cancellationLead(assembly) + votingPeriod
  const least = inEpoch + 1n + (lead > upgradeMinEpochDiff ? lead : upgradeMinEpochDiff)
  const epoch = drawBetween(random, least, least + 3n * upgradeMinEpochDiff)
  const pending = await client.governance.pendingUpgrades(height)
  const isRefused = pending.some((one) => distance(one.epoch, epoch) < upgradeMinEpochDiff)
  const handler = `test-upgrade_${toHex(random.bytes(NAME_BYTES))}`
  const upgrade = { v: UPGRADE_VERSION, handler, target: PROTOCOL_VERSIONS, epoch }
  await expect(assembly, await submit(assembly, { upgrade }), { isRefused, inEpoch })
}

/** The proposal with which an upgrade came. */
async function proposalOf(
  { client }: Assembly,
  height: bigint,
  upgrade: UpgradeDescriptor,
): Promise<Proposal> {
  const raw = encode(UpgradeDescriptor, upgrade)
  const all = await client.governance.proposals(height)
  const found = all.find(
    ({ content }) =>
      content.upgrade !== undefined && equalBytes(encode(UpgradeDescriptor, content.upgrade), raw),
  )
  check(found !== undefined, () => `upgrade ${upgrade.handler} is pending, and nobody proposed it`)
  return found!
}

/** Takes back an upgrade that is to come; or tries what does not exist. */
export async function proposeCancellation(assembly: Assembly): Promise<void> {
  const { client, sender, random } = assembly
  const height = await sender.caughtUp()
  const inEpoch = await client.beacon.getEpoch(height)
  const pending = await client.governance.pendingUpgrades(height)
  if (pending.length === 0) {
    const ids = (await client.governance.proposals(height)).map(({ id }) => id)
    const proposalId = ids.reduce((most, id) => (id > most ? id : most), 0n) + 1_000n
    const outcome = await submit(assembly, { cancelUpgrade: { proposalId } })
    await expect(assembly, outcome, { isRefused: true, inEpoch })
    return
  }
  const { id: proposalId } = await proposalOf(assembly, height, drawOne(random, pending))
  const outcome = await submit(assembly, { cancelUpgrade: { proposalId } })
  await expect(assembly, outcome, { isRefused: false, inEpoch })
}

/** Has everybody vote for the cancellation of what would come soon. */
export async function cancelDueUpgrades(assembly: Assembly): Promise<void> {
  const { client, sender, validatorEntities, delegators, cancellations } = assembly
  const height = await sender.caughtUp()
  const epoch = await client.beacon.getEpoch(height)
  const active = await client.governance.activeProposals(height)
  for (const upgrade of await client.governance.pendingUpgrades(height)) {
    if (upgrade.epoch > epoch + cancellationLead(assembly)) continue
    const { id: proposalId } = await proposalOf(assembly, height, upgrade)
    const isUnderWay = active.some(
      ({ id, content }) =>
        cancellations.has(id) && content.cancelUpgrade?.proposalId === proposalId,
    )
    if (isUnderWay) continue
    const outcome = await submit(assembly, { cancelUpgrade: { proposalId } })
    await expect(assembly, outcome, { isRefused: false, inEpoch: epoch })
    // In the meantime somebody else has cancelled it.
    if (outcome instanceof CodedError) continue
    cancellations.add(outcome.id)
    const voters = [...validatorEntities, ...delegators]
    await Promise.all(voters.map((voter) => assembly.vote(voter, outcome.id)))
  }
}

/** Changes parameters, mostly to what they are. */
export async function proposeChanges(assembly: Assembly): Promise<void> {
  const { client, sender, random } = assembly
  const height = await sender.caughtUp()
  const inEpoch = await client.beacon.getEpoch(height)
  const { isRefused, ...changeParameters } = await drawChanges(random, client, height)
  const outcome = await submit(assembly, { changeParameters })
  await expect(assembly, outcome, { isRefused, inEpoch })
}
