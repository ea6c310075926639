/** Evidence that a node said two things about one round: what shows in the evidence alone. */

import { equalBytes } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import type { ExecutorCommitment, Proposal } from '@wadi/consensus/roothash/commitments'
import { errors as roothashErrors } from '@wadi/consensus/roothash/errors'
import type {
  EquivocationExecutor,
  EquivocationProposal,
  Evidence,
} from '@wadi/consensus/roothash/methods'
import { type Hash, hashOfBytes } from '@wadi/primitives/hash'
import type { PublicKey } from '@wadi/primitives/publicKey'
import {
  checkCommitment,
  isFailure,
  type RuntimeSignatures,
  resultsOf,
  verifyCommitmentSignature,
} from './executorCommitment.ts'
import { equalProposals, verifyProposal } from './proposal.ts'

const { invalidEvidence } = roothashErrors

/** Both kinds of evidence count as one: a node equivocates once in a round. */
const KIND_EQUIVOCATION = 1

/** Who equivocated, and in which round. */
export interface Equivocation {
  readonly nodeId: PublicKey
  readonly round: bigint
  /** Under which the evidence is remembered. */
  readonly evidenceHash: Hash
}

/** Refuses what is no evidence; whether it comes in time and was seen before is not looked at. */
export function verifyEvidence(
  signatures: Omit<RuntimeSignatures, 'runtimeId'>,
  { id, equivocationExecutor, equivocationProp }: Evidence,
): Equivocation {
  const runtimeSignatures = { ...signatures, runtimeId: id }
  if (equivocationExecutor !== undefined) {
    if (equivocationProp !== undefined) throw invalidEvidence('of two kinds')
    refusingAsEvidence(() => verifyCommitments(runtimeSignatures, equivocationExecutor))
    const { nodeId, header } = equivocationExecutor.commitA
    return equivocationOf(nodeId, header.header.round)
  }
  if (equivocationProp === undefined) throw invalidEvidence('of no kind')
  refusingAsEvidence(() => verifyProposals(runtimeSignatures, equivocationProp))
  const { nodeId, header } = equivocationProp.propA
  return equivocationOf(nodeId, header.round)
}

function equivocationOf(nodeId: PublicKey, round: bigint): Equivocation {
  const evidenceHash = hashOfBytes(Uint8Array.of(KIND_EQUIVOCATION, ...nodeId))
  return { nodeId, round, evidenceHash }
}

/** Whatever is wrong with a part is wrong with the evidence. */
function refusingAsEvidence(verify: () => void): void {
  try {
    verify()
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw invalidEvidence(error.message)
  }
}

function verifyCommitments(signatures: RuntimeSignatures, evidence: EquivocationExecutor): void {
  const { commitA, commitB } = evidence
  const { header: a } = commitA
  const { header: b } = commitB
  if (!equalBytes(commitA.nodeId, commitB.nodeId)) throw invalidEvidence('of two nodes')
  if (!equalBytes(a.schedulerId, b.schedulerId)) throw invalidEvidence('of two schedulers')
  if (a.header.round !== b.header.round) throw invalidEvidence('of two rounds')
  for (const commitment of [commitA, commitB]) {
    if (commitment.messages.length > 0) throw invalidEvidence('with messages')
    checkCommitment(commitment)
  }
  if (isSameResult(commitA, commitB)) throw invalidEvidence('the commitments say the same')
  for (const commitment of [commitA, commitB]) verifyCommitmentSignature(signatures, commitment)
}

/** COMPAT(oasis-core): the incoming messages are not compared. */
function isSameResult(commitA: ExecutorCommitment, commitB: ExecutorCommitment): boolean {
  if (isFailure(commitA) || isFailure(commitB)) {
    return commitA.header.failure === commitB.header.failure
  }
  const a = resultsOf(commitA)
  const b = resultsOf(commitB)
  return (
    equalBytes(a.previousHash, b.previousHash) &&
    equalBytes(a.ioRoot, b.ioRoot) &&
    equalBytes(a.stateRoot, b.stateRoot) &&
    equalBytes(a.messagesHash, b.messagesHash)
  )
}

function verifyProposals(signatures: RuntimeSignatures, evidence: EquivocationProposal): void {
  const { propA, propB } = evidence
  if (equalProposals(propA.header, propB.header)) throw invalidEvidence('the proposals are equal')
  if (!equalBytes(propA.nodeId, propB.nodeId)) throw invalidEvidence('of two nodes')
  if (propA.header.round !== propB.header.round) throw invalidEvidence('of two rounds')
  for (const proposal of [propA, propB]) {
    if (hasBatch(proposal)) throw invalidEvidence('with a batch')
    verifyProposal(signatures, proposal)
  }
}

function hasBatch({ batch, batchSig }: Proposal): boolean {
  return batch.length > 0 || batchSig !== undefined
}
