/** What a deployment demands of its enclaves: is it allowed to, and what it does not say itself. */

import { zero } from '@wadi/cbor/codec'
import type { TeeFeatures } from '@wadi/consensus/registry'
import type { QuotePolicy } from '@wadi/consensus/registry/quotePolicy'
import { decodeSgxConstraints, SgxConstraints } from '@wadi/consensus/registry/sgx'
import { errors } from './contract.ts'

/** What the network takes, as far as these rules ask. */
export interface ConstraintRules {
  readonly features: TeeFeatures | undefined
  /** May a policy list the platforms that it allows? */
  readonly hasFmspcAllowList: boolean
}

/** Reads constraints; without any they are empty ones of the first version. */
export function readSgxConstraints(blob: Uint8Array | undefined): SgxConstraints {
  return blob === undefined ? zero(SgxConstraints) : decodeSgxConstraints(blob)
}

/** Refuses a policy with a list of allowed platforms where there may be none. */
export function checkQuotePolicy(
  policy: QuotePolicy,
  rules: Pick<ConstraintRules, 'hasFmspcAllowList'>,
): void {
  const platforms = policy.pcs?.fmspcWhitelist ?? []
  if (!rules.hasFmspcAllowList && platforms.length > 0) throw errors.allowedPlatforms()
}

/** Refuses constraints that ask for more than the network's features offer. */
export function checkSgxConstraints({ v, policy }: SgxConstraints, rules: ConstraintRules): void {
  const sgx = rules.features?.sgx
  if (v !== 0 && sgx?.pcs !== true)
    throw errors.malformedConstraints(`unsupported SGX constraints version: ${v}`)
  if (policy === undefined) return
  if (policy.pcs?.tdx !== undefined && sgx?.tdx !== true)
    throw errors.malformedConstraints('TDX policy not supported')
  checkQuotePolicy(policy, rules)
}

/** The constraints, completed by what the network asks for where they say nothing. */
export function withDefaults(
  constraints: SgxConstraints,
  features: TeeFeatures | undefined,
): SgxConstraints {
  if (features === undefined) return constraints
  const { pcs, defaultPolicy, maxAttestationAge } = features.sgx
  const policy =
    defaultPolicy === undefined
      ? constraints.policy
      : {
          ias: constraints.policy?.ias ?? defaultPolicy.ias,
          pcs: constraints.policy?.pcs ?? (pcs ? defaultPolicy.pcs : undefined),
        }
  const age = constraints.maxAttestationAge
  return { ...constraints, policy, maxAttestationAge: age === 0n ? maxAttestationAge : age }
}
