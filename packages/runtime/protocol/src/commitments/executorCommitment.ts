/** Single commitments of executors: what they vote for, what must hold of each, who signed it. */

import { toHex } from '@wadi/base/bytes'
import { assert, definePlainErrors } from '@wadi/base/errors'
import { encode } from '@wadi/cbor/codec'
import {
  ComputeResultsHeader,
  type ExecutorCommitment,
  ExecutorCommitmentHeader,
  FAILURES,
} from '@wadi/consensus/roothash/commitments'
import { contextOf, type SignatureContext } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import type { Signer } from '@wadi/crypto/signature/signer'
import { isValidSignature, type SignatureRules } from '@wadi/crypto/signature/verification'
import { type Hash, hashOf } from '@wadi/primitives/hash'
import type { Namespace } from '@wadi/primitives/namespace'
import { PublicKey } from '@wadi/primitives/publicKey'
import { RawSignature } from '@wadi/primitives/signed'
import { checkMessage } from '../checkMessage.ts'

/** What is wrong with a commitment in itself. The reference gives these no codes. */
export const errors = definePlainErrors('executorCommitment', {
  verificationFailed: 'signature verification failed',
  missingResult: 'a result is missing',
  failureWithResult: 'a failure comes with a result',
  unknownFailure: 'no such failure',
})

/** For which runtime, on which chain and by which rules signatures are made and checked. */
export interface RuntimeSignatures {
  readonly rules: SignatureRules
  /** Hex of the hash of the genesis document. */
  readonly chainContext: string
  readonly runtimeId: Namespace
}

/** The context of signatures over commitments. */
export function commitmentContext(chainContext: string, runtimeId: Namespace): SignatureContext {
  return contextOf(contexts.executorCommitment, { chainContext, suffix: toHex(runtimeId) })
}

/** Does the node say that it has no result? */
export function isFailure({ header }: ExecutorCommitment): boolean {
  return header.failure !== FAILURES.none
}

/** What the commitment is a vote for: the hash of its results. */
export function voteOf({ header }: ExecutorCommitment): Hash {
  return hashOf(ComputeResultsHeader, header.header)
}

/** Signs a commitment in the name of the signer. */
export function signCommitment(
  signer: Signer,
  context: SignatureContext,
  commitment: Omit<ExecutorCommitment, 'nodeId' | 'sig'>,
): ExecutorCommitment {
  const message = encode(ExecutorCommitmentHeader, commitment.header)
  return {
    ...commitment,
    nodeId: PublicKey.check(signer.publicKey),
    sig: RawSignature.check(signer.sign(context, message)),
  }
}

/** Refuses a commitment that its node has not signed. */
export function verifyCommitmentSignature(
  { rules, chainContext, runtimeId }: RuntimeSignatures,
  { header, nodeId, sig }: ExecutorCommitment,
): void {
  const message = encode(ExecutorCommitmentHeader, header)
  const context = commitmentContext(chainContext, runtimeId)
  const signed = { context, message, publicKey: nodeId, signature: sig }
  if (!isValidSignature(rules, signed)) throw errors.verificationFailed()
}

/** Has the enclave of this attestation key signed the results? */
export function isSignedByRak(
  rules: SignatureRules,
  { header, rakSig }: ExecutorCommitmentHeader,
  rak: PublicKey,
): boolean {
  if (rakSig === undefined) return false
  const message = encode(ComputeResultsHeader, header)
  const context = contextOf(contexts.computeResultsHeader)
  return isValidSignature(rules, { context, message, publicKey: rak, signature: rakSig })
}

/** A header of results that has them all. */
export type CompleteResults = Required<{
  readonly [K in keyof ComputeResultsHeader]: Exclude<ComputeResultsHeader[K], undefined>
}>

/** The results of a commitment that is known to be valid and no failure. */
export function resultsOf({ header: { header } }: ExecutorCommitment): CompleteResults {
  const { ioRoot, stateRoot, messagesHash, inMsgsHash } = header
  assert(ioRoot !== undefined && stateRoot !== undefined, 'commitment: roots were checked')
  assert(messagesHash !== undefined && inMsgsHash !== undefined, 'commitment: hashes were checked')
  return { ...header, ioRoot, stateRoot, messagesHash, inMsgsHash }
}

/** Refuses a commitment that is neither a whole result nor nothing but a failure. */
export function checkCommitment(commitment: ExecutorCommitment): void {
  const { failure } = commitment.header
  switch (failure) {
    case FAILURES.none:
      checkResult(commitment)
      return
    case FAILURES.unknown:
    case FAILURES.stateUnavailable:
      checkFailure(commitment)
      return
    default:
      throw errors.unknownFailure(`${failure}`)
  }
}

function checkResult({ header: { header }, messages }: ExecutorCommitment): void {
  if (header.ioRoot === undefined) throw errors.missingResult('io_root')
  if (header.stateRoot === undefined) throw errors.missingResult('state_root')
  if (header.messagesHash === undefined) throw errors.missingResult('messages_hash')
  if (header.inMsgsHash === undefined) throw errors.missingResult('in_msgs_hash')
  for (const message of messages) checkMessage(message)
}

function checkFailure({ header: { header, rakSig }, messages }: ExecutorCommitment): void {
  if (header.ioRoot !== undefined) throw errors.failureWithResult('io_root')
  if (header.stateRoot !== undefined) throw errors.failureWithResult('state_root')
  if (header.messagesHash !== undefined) throw errors.failureWithResult('messages_hash')
  if (header.inMsgsHash !== undefined) throw errors.failureWithResult('in_msgs_hash')
  if (header.inMsgsCount !== 0) throw errors.failureWithResult('in_msgs_count')
  if (rakSig !== undefined) throw errors.failureWithResult('rak_sig')
  if (messages.length > 0) throw errors.failureWithResult('messages')
}
