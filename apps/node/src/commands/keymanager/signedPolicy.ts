/** A policy and its signatures, out of the files that the flags name. */

import type { SignedPolicySgx } from '@wadi/consensus/keymanager'
import { readPolicy } from './policyFile.ts'
import { readSignature } from './signatureFile.ts'

interface Named {
  readonly 'keymanager.policy.file': string
  readonly 'keymanager.policy.signature.file': readonly string[]
}

/** COMPAT(oasis-core): without signatures the list is nil. */
export function readSignedPolicy(flags: Named): SignedPolicySgx {
  const { policy } = readPolicy(flags)
  const signatures = flags['keymanager.policy.signature.file'].map(readSignature)
  return { policy, signatures: signatures.length === 0 ? undefined : signatures }
}
