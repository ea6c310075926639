/** What the scheduler of a round proposes to execute, and that it did propose it. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import { encode, make } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { nilable } from '@wadi/cbor/struct'
import { Proposal, ProposalHeader } from '@wadi/consensus/roothash/commitments'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import type { Signer } from '@wadi/crypto/signature/signer'
import { isValidSignature } from '@wadi/crypto/signature/verification'
import { Hash } from '@wadi/primitives/hash'
import { PublicKey } from '@wadi/primitives/publicKey'
import { RawSignature } from '@wadi/primitives/signed'
import type { Verified } from '@wadi/primitives/verified'
import type { RuntimeSignatures } from './executorCommitment.ts'

/** What is wrong with a proposal in itself. The reference gives this no code. */
export const errors = definePlainErrors('batchProposal', {
  verificationFailed: 'signature verification failed',
})

const Batch = nilable(list(Hash))

/** On which chain and for which runtime a proposal is. */
export type ProposalPlace = Pick<RuntimeSignatures, 'chainContext' | 'runtimeId'>

function contextFor(
  purpose: 'roothashProposal' | 'roothashProposalBatch',
  { chainContext, runtimeId }: ProposalPlace,
) {
  return contextOf(contexts[purpose], { chainContext, suffix: toHex(runtimeId) })
}

/** Signs a proposal in the name of the signer; the list of transactions goes along unsigned. */
export function signProposal(
  signer: Signer,
  place: ProposalPlace,
  { header, batch }: Pick<Proposal, 'header' | 'batch'>,
): Proposal {
  const message = encode(ProposalHeader, header)
  const sig = signer.sign(contextFor('roothashProposal', place), message)
  const nodeId = PublicKey.check(signer.publicKey)
  return make(Proposal, { header, batch, nodeId, sig: RawSignature.check(sig) })
}

/** Verifies the signature over the header, and the one over the list if there is one. */
export function verifyProposal(
  signatures: RuntimeSignatures,
  proposal: Proposal,
): Verified<Proposal> {
  const { rules } = signatures
  const { nodeId: publicKey, header, sig, batch, batchSig } = proposal
  const context = contextFor('roothashProposal', signatures)
  const message = encode(ProposalHeader, header)
  if (!isValidSignature(rules, { context, message, publicKey, signature: sig })) {
    throw errors.verificationFailed('header')
  }
  if (batchSig === undefined) return proposal as Verified<Proposal>
  const batchContext = contextFor('roothashProposalBatch', signatures)
  // COMPAT(oasis-core): no list at all is nil to whoever decodes it, and nil is null.
  const list = encode(Batch, batch.length === 0 ? undefined : batch)
  const signed = { context: batchContext, message: list, publicKey, signature: batchSig }
  if (!isValidSignature(rules, signed)) throw errors.verificationFailed('batch')
  return proposal as Verified<Proposal>
}

/** Do both headers propose the same batch upon the same block? */
export function equalProposals(a: ProposalHeader, b: ProposalHeader): boolean {
  return (
    a.round === b.round &&
    equalBytes(a.previousHash, b.previousHash) &&
    equalBytes(a.batchHash, b.batchHash)
  )
}
