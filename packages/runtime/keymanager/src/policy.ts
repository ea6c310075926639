/** What the owner of a key manager allows the enclaves, as an enclave keeps it. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { encodeRust } from '@wadi/cbor/codec'
import { type KeyedMap, keyedMap } from '@wadi/cbor/collections'
import {
  type EnclavePolicySgx,
  PolicySgx,
  type SignedPolicySgx as SignedPolicy,
  SignedPolicySgx,
} from '@wadi/consensus/keymanager'
import { SHA3_256 } from '@wadi/crypto/hash/sha3'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import { isValidSignature, signatureRules } from '@wadi/crypto/signature/verification'
import { EnclaveIdentity } from '@wadi/primitives/enclaveIdentity'
import { Namespace } from '@wadi/primitives/namespace'
import { PublicKey } from '@wadi/primitives/publicKey'
import { errors } from './errors.ts'

/** Whose signatures an enclave believes, and how many of them it wants. It is built in. */
export interface TrustedSigners {
  readonly signers: readonly PublicKey[]
  readonly threshold: number
}

/** The signers of tests, of which everybody has the keys. */
export const testTrustedSigners: TrustedSigners = {
  signers: [0, 1, 2].map((index) => {
    const { publicKey } = createTestSigner('node', `ekiden key manager test multisig key ${index}`)
    return PublicKey.check(publicKey)
  }),
  threshold: 2,
}

/** COMPAT(oasis-core): enclaves forbid no keys; those of tests are no trusted signers there. */
const ANY_KEY = signatureRules(forbidKeys())

/** Refuses a policy with a signature that is none, or with too few of the right ones. */
export function checkSigners(
  { signers, threshold }: TrustedSigners,
  { policy, signatures = [] }: SignedPolicy,
): void {
  const message = encodeRust(PolicySgx, policy)
  const context = contextOf(contexts.keyManagerPolicy)
  for (const signature of signatures) {
    const isValid = isValidSignature(ANY_KEY, { context, message, ...signature })
    if (!isValid) throw errors.invalidSignature()
  }
  const all = new Set(signatures.map(({ publicKey }) => toHex(publicKey)))
  const trusted = signers.filter((signer) => all.has(toHex(signer)))
  if (trusted.length < threshold) throw errors.insufficientSignatures()
}

/**
 * A policy as the reference's enclaves have it, in which nothing is absent: what is absent in the
 * consensus layer is empty here.
 * COMPAT(oasis-core): the checksum is over this form, so that of a policy with something absent is
 * not the one that the consensus layer expects.
 */
export function presentPolicy({ policy, signatures }: SignedPolicy): SignedPolicy {
  const entries = [...(policy.enclaves ?? [])].map(
    ([identity, enclave]) => [identity, presentEnclave(enclave)] as const,
  )
  const enclaves = keyedMap(EnclaveIdentity, entries)
  return { policy: { ...policy, enclaves }, signatures: signatures ?? [] }
}

function presentEnclave(enclave: EnclavePolicySgx | undefined): EnclavePolicySgx {
  const queries = [...(enclave?.mayQuery ?? [])].map(([id, list]) => [id, list ?? []] as const)
  return {
    mayQuery: keyedMap(Namespace, queries),
    mayReplicate: enclave?.mayReplicate ?? [],
  }
}

/** A policy that was checked, as far as it is about one enclave. */
interface CheckedPolicy {
  readonly serial: number
  readonly checksum: Uint8Array
  readonly own: EnclavePolicySgx | undefined
  /** Those from whom it may copy secrets. */
  readonly sources: readonly EnclaveIdentity[]
}

type Enclaves = KeyedMap<EnclaveIdentity, EnclavePolicySgx | undefined>

function includes(list: readonly EnclaveIdentity[] | undefined, one: EnclaveIdentity): boolean {
  return (list ?? []).some(
    ({ mrEnclave, mrSigner }) =>
      equalBytes(mrEnclave, one.mrEnclave) && equalBytes(mrSigner, one.mrSigner),
  )
}

/** Those who let an enclave copy from them. */
function sourcesOf(enclaves: Enclaves, own: EnclaveIdentity): EnclaveIdentity[] {
  const sources = [...enclaves].filter(([, policy]) => includes(policy?.mayReplicate, own))
  return sources.map(([identity]) => identity)
}

/** How an enclave was built. */
export interface PolicyRules {
  readonly trusted: TrustedSigners
  /** What it is measured as; undefined without an enclave. */
  readonly enclave: EnclaveIdentity | undefined
  /** Whether whoever asks is allowed. Never but for tests. */
  readonly access: 'by policy' | 'for everybody'
}

/** Which policy holds. It only ever gets a higher serial number. */
export class Policy {
  readonly #rules: PolicyRules
  #policy: CheckedPolicy | undefined

  constructor(rules: PolicyRules) {
    this.#rules = rules
  }

  /** Whether this build is to be believed when it says that it guards anything. */
  get isOpen(): boolean {
    return this.#rules.access === 'for everybody'
  }

  /** Takes over what the consensus layer says; gives the checksum with which a node registers. */
  update(policy: SignedPolicy | undefined, nextPolicy: SignedPolicy | undefined): Uint8Array {
    if (policy === undefined) {
      if (this.isOpen) return new Uint8Array(0)
      throw errors.policyRequired()
    }
    const checked = this.#check(policy)
    const last = this.#policy
    if (last !== undefined && last.serial > checked.serial) throw errors.policyRollback()
    if (last?.serial === checked.serial && !equalBytes(last.checksum, checked.checksum)) {
      throw errors.policyChanged()
    }
    const next = nextPolicy && this.#check(nextPolicy)
    if (next !== undefined && next.serial <= checked.serial) throw errors.policyRollback()
    this.#policy = checked
    return next?.checksum ?? checked.checksum
  }

  /** Refuses whoever may not have the keys of a runtime. */
  checkMayQuery(remote: EnclaveIdentity, runtimeId: Uint8Array): void {
    const queries = [...(this.#policy?.own?.mayQuery ?? [])]
    const own = queries.find(([id]) => equalBytes(id, runtimeId))
    if (!includes(own?.[1], remote)) throw errors.notAuthorized()
  }

  /** Refuses whoever may not copy secrets. An enclave may always copy from another of its kind. */
  checkMayReplicate(remote: EnclaveIdentity): void {
    const { enclave } = this.#rules
    if (enclave !== undefined && includes([enclave], remote)) return
    if (!includes(this.#policy?.own?.mayReplicate, remote)) throw errors.notAuthorized()
  }

  /** From whom secrets may be copied; undefined stands for everybody. */
  get sources(): readonly EnclaveIdentity[] | undefined {
    const { enclave } = this.#rules
    const sources = this.#policy?.sources ?? []
    const all = enclave === undefined ? sources : [...sources, enclave]
    return all.length === 0 ? undefined : all
  }

  #check(untrusted: SignedPolicy): CheckedPolicy {
    const present = presentPolicy(untrusted)
    checkSigners(this.#rules.trusted, present)
    const { serial, enclaves } = present.policy
    const { enclave } = this.#rules
    const checksum = SHA3_256.hash(encodeRust(SignedPolicySgx, present))
    if (enclave === undefined || enclaves === undefined) {
      return { serial, checksum, own: undefined, sources: [] }
    }
    return { serial, checksum, own: enclaves.get(enclave), sources: sourcesOf(enclaves, enclave) }
  }
}
