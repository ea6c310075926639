/** Whether a commitment may go into the pool: everything but the committee and the other votes. */

import { equalBytes } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import type { Header } from '@wadi/consensus/roothash/block'
import type { ExecutorCommitment } from '@wadi/consensus/roothash/commitments'
import { commitmentErrors } from '@wadi/consensus/roothash/errors'
import { hashOfMessages, type Message } from '@wadi/consensus/roothash/messages'
import type { SignatureRules } from '@wadi/crypto/signature/verification'
import type { Epoch } from '@wadi/primitives/epoch'
import { type Node, TEE_HARDWARE } from '@wadi/primitives/node'
import type { PublicKey } from '@wadi/primitives/publicKey'
import type { Verified } from '@wadi/primitives/verified'
import { hashOfHeader, nextRound } from '../block.ts'
import { activeDeployment, registeredRuntime } from '../deployments.ts'
import {
  checkCommitment,
  isFailure,
  isSignedByRak,
  resultsOf,
  verifyCommitmentSignature,
} from './executorCommitment.ts'

/** What a commitment is measured by. */
export interface CommitmentView {
  readonly rules: SignatureRules
  /** Hex of the hash of the genesis document. */
  readonly chainContext: string
  readonly runtime: Runtime
  readonly lastHeader: Header
  /** For which the committee was elected. */
  readonly epoch: Epoch
  readonly findNode: (id: PublicKey) => Node | undefined
  /** Throws for messages that the caller does not want; asked only if there are some. */
  readonly checkMessages?: (messages: readonly Message[]) => void
}

/** Verifies a commitment; each refusal has the reference's code, in the reference's order. */
export function verifyExecutorCommitment(
  view: CommitmentView,
  commitment: ExecutorCommitment,
): Verified<ExecutorCommitment> {
  verifyCommitmentSignature({ ...view, runtimeId: view.runtime.id }, commitment)
  checkForm(commitment)
  checkParent(view.lastHeader, commitment)
  const isScheduler = isByScheduler(commitment)
  if (isFailure(commitment)) {
    if (isScheduler) throw commitmentErrors.badExecutorCommitment('failure of its own proposal')
    return commitment as Verified<ExecutorCommitment>
  }
  verifyEnclave(view, commitment)
  if (isScheduler) checkSchedulerMessages(view, commitment)
  else if (commitment.messages.length > 0) throw commitmentErrors.invalidMessages('no scheduler')
  return commitment as Verified<ExecutorCommitment>
}

/** Has the node committed to its own proposal? */
export function isByScheduler({ nodeId, header }: ExecutorCommitment): boolean {
  return equalBytes(nodeId, header.schedulerId)
}

function checkForm(commitment: ExecutorCommitment): void {
  try {
    checkCommitment(commitment)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw commitmentErrors.badExecutorCommitment(error.message)
  }
}

function checkParent(lastHeader: Header, { header: { header } }: ExecutorCommitment): void {
  const isNext = header.round === nextRound(lastHeader)
  if (isNext && equalBytes(header.previousHash, hashOfHeader(lastHeader))) return
  throw commitmentErrors.notBasedOnCorrectBlock()
}

/** A runtime in enclaves: the enclave that the node has registered signed the results. */
function verifyEnclave(view: CommitmentView, { nodeId, header }: ExecutorCommitment): void {
  const { runtime, epoch, rules } = view
  if (runtime.teeHardware === TEE_HARDWARE.invalid) return
  const node = view.findNode(nodeId)
  if (node === undefined) throw commitmentErrors.notInCommittee('no such node')
  const deployment = activeDeployment(runtime, epoch)
  if (deployment === undefined) throw commitmentErrors.noRuntime('no active deployment')
  const registered = registeredRuntime(node, runtime.id, deployment.version)
  if (registered === undefined) throw commitmentErrors.notInCommittee('another version')
  const { tee } = registered.capabilities
  if (tee === undefined) throw commitmentErrors.rakSigInvalid('the node has no enclave')
  if (!isSignedByRak(rules, header, tee.rak)) throw commitmentErrors.rakSigInvalid()
}

function checkSchedulerMessages(view: CommitmentView, commitment: ExecutorCommitment): void {
  const { messages } = commitment
  const countMax = view.runtime.executor.maxMessages
  if (messages.length > countMax) throw commitmentErrors.invalidMessages('too many')
  if (!equalBytes(hashOfMessages(messages), resultsOf(commitment).messagesHash)) {
    throw commitmentErrors.invalidMessages('other messages than the results say')
  }
  if (messages.length > 0) view.checkMessages?.(messages)
}
