/** What the owner of a key manager allows the enclaves. */

import { EMPTY_BYTES, equalBytes } from '@wadi/base/bytes'
import { encode } from '@wadi/cbor/codec'
import { PolicySgx, SignedPolicySgx } from '@wadi/consensus/keymanager'
import { SHA3_256 } from '@wadi/crypto/hash/sha3'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { isValidSignature, type SignatureRules } from '@wadi/crypto/signature/verification'
import { plainErrors } from './errors.ts'

/** Refuses signatures that are none. Whose are needed and how many only the enclaves know. */
export function checkPolicySignatures(
  rules: SignatureRules,
  { policy, signatures = [] }: SignedPolicySgx,
): void {
  const message = encode(PolicySgx, policy)
  const context = contextOf(contexts.keyManagerPolicy)
  for (const signature of signatures)
    if (!isValidSignature(rules, { context, message, ...signature }))
      throw plainErrors.invalidPolicySignature()
}

/** Refuses a policy that cannot follow the one that holds. */
export function checkPolicyChange(
  { policy }: SignedPolicySgx,
  current: SignedPolicySgx | undefined,
): void {
  if (current === undefined) return
  if (!equalBytes(policy.id, current.policy.id)) throw plainErrors.policyIdChanged()
  if (policy.serial <= current.policy.serial) throw plainErrors.policySerialNotIncreased()
}

/** By which an enclave says which policy it has loaded; that of nothing if there is none. */
export function checksumOfPolicy(policy: SignedPolicySgx | undefined): Uint8Array {
  return SHA3_256.hash(policy === undefined ? EMPTY_BYTES : encode(SignedPolicySgx, policy))
}
