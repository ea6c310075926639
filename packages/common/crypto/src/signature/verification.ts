/** Checking signatures and proofs as the network does: with contexts, and without some keys. */

import { toHex } from '@wadi/base/bytes'
import { type Ed25519Provider, kernelEd25519 } from '../ed25519/provider.ts'
import { verifyProof } from '../vrf/vrf.ts'
import { prehash, type SignatureContext } from './context.ts'
import type { ForbiddenKeys } from './forbiddenKeys.ts'

/** Who may not sign, and who computes. */
export interface SignatureRules {
  readonly forbidden: ForbiddenKeys
  readonly provider: Ed25519Provider
}

/** Rules with the kernel as provider. */
export function signatureRules(forbidden: ForbiddenKeys): SignatureRules {
  return { forbidden, provider: kernelEd25519 }
}

/** A signature and the key that it claims to be by. */
export interface KeyedSignature {
  readonly publicKey: Uint8Array
  readonly signature: Uint8Array
}

/** A signature with all that it was made over. */
export interface SignatureInContext extends KeyedSignature {
  readonly context: SignatureContext
  readonly message: Uint8Array
}

/** Is the signature valid over context and message, by a key that may sign? */
export function isValidSignature(rules: SignatureRules, signed: SignatureInContext): boolean {
  if (rules.forbidden.has(signed.publicKey)) return false
  const message = prehash(signed.context, signed.message)
  return rules.provider.verifySignature({ ...signed, message })
}

/** The verdict on each of many signatures, at the price of a batch. */
export function checkSignatures(
  rules: SignatureRules,
  signed: readonly SignatureInContext[],
): readonly boolean[] {
  const verdicts = rules.provider.verifySignatures(
    signed.map(({ context, message, publicKey, signature }) => ({
      publicKey,
      message: prehash(context, message),
      signature,
    })),
  )
  return verdicts.map((isValid, i) => isValid && !rules.forbidden.has(signed[i]!.publicKey))
}

/**
 * Are all signatures valid over one message?
 * COMPAT(oasis-core): nobody at all has not signed.
 */
export function isSignedByAll(
  rules: SignatureRules,
  { context, message }: Pick<SignatureInContext, 'context' | 'message'>,
  signatures: readonly KeyedSignature[],
): boolean {
  if (signatures.length === 0) return false
  if (signatures.some(({ publicKey }) => rules.forbidden.has(publicKey))) return false
  const hash = prehash(context, message)
  const signed = signatures.map(({ publicKey, signature }) => ({
    publicKey,
    message: hash,
    signature,
  }))
  return rules.provider.verifySignatures(signed).every((isValid) => isValid)
}

/**
 * Are the claimed signers exactly the expected ones? The signatures themselves are not checked.
 * COMPAT(oasis-core): the signers are a set, so one may have signed twice; the expected are
 * counted, so a key that is expected twice makes room for one signer who is not expected.
 */
export function areExactSigners(
  signatures: readonly KeyedSignature[],
  expected: readonly Uint8Array[],
): boolean {
  const signers = new Set(signatures.map(({ publicKey }) => toHex(publicKey)))
  return (
    signers.size === expected.length && expected.every((publicKey) => signers.has(toHex(publicKey)))
  )
}

/** The output of the random function that the proof proves, if its key may prove. */
export function verifyOutput(
  forbidden: ForbiddenKeys,
  { publicKey, proof }: { readonly publicKey: Uint8Array; readonly proof: Uint8Array },
  alpha: Uint8Array,
): Uint8Array | undefined {
  return forbidden.has(publicKey) ? undefined : verifyProof(publicKey, alpha, proof)
}
