/** What the owner of a scheme allows the enclaves. */

import { equalBytes } from '@wadi/base/bytes'
import { encode } from '@wadi/cbor/codec'
import { PolicySgx, type SignedPolicySgx, type Status } from '@wadi/consensus/churp'
import { errors as registryErrors } from '@wadi/consensus/registry/errors'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { isValidSignature, type SignatureRules } from '@wadi/crypto/signature/verification'
import { hasFeature261 } from '../kernel/features.ts'
import type { ReadableState } from '../kernel/state.ts'
import { plainErrors } from './errors.ts'

/** Which scheme of which key manager. */
export type Scheme = Pick<Status, 'id' | 'runtimeId'>

/** Before 26.1 a policy says nothing of queries. COMPAT(oasis-core): the code is the registry's. */
export function checkQueries(state: ReadableState, signed: SignedPolicySgx | undefined): void {
  if (hasFeature261(state)) return
  if (signed?.policy.mayQuery !== undefined) throw registryErrors.invalidArgument()
}

/** Refuses the policy of another scheme. */
export function checkScheme(scheme: Scheme, { policy }: SignedPolicySgx): void {
  if (!isSameScheme(policy, scheme)) throw plainErrors.policyMismatch()
}

/** Refuses a policy that cannot follow the one that holds, or be the first one. */
export function checkPolicy(
  rules: SignatureRules,
  { policy, signatures }: SignedPolicySgx,
  current?: PolicySgx,
): void {
  checkSerial(policy, current)
  const message = encode(PolicySgx, policy)
  const context = contextOf(contexts.churpPolicy)
  for (const signature of signatures)
    if (!isValidSignature(rules, { context, message, ...signature }))
      throw plainErrors.invalidPolicySignature()
}

function checkSerial(policy: PolicySgx, current: PolicySgx | undefined): void {
  if (current !== undefined && !isSameScheme(policy, current)) throw plainErrors.policyIdChanged()
  // COMPAT(oasis-core): the number wraps around.
  const expected = current === undefined ? 0 : (current.serial + 1) >>> 0
  if (policy.serial !== expected) throw plainErrors.wrongPolicySerial()
}

function isSameScheme(a: Scheme, b: Scheme): boolean {
  return a.id === b.id && equalBytes(a.runtimeId, b.runtimeId)
}
