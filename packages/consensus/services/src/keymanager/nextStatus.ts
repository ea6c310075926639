/** Where a key manager stands when an epoch begins: who forms its committee, with which secret. */

import { EMPTY_BYTES, equalBytes } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import type { InitResponse, SignedEncryptedMasterSecret, Status } from '@wadi/consensus/keymanager'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Node } from '@wadi/primitives/node'
import { hasRole } from '@wadi/primitives/nodeRoles'
import type { PublicKey } from '@wadi/primitives/publicKey'
import type { Context } from '../kernel/context.ts'
import type { ClaimedRuntime } from '../registry/actions.ts'
import { isExpired } from '../registry/queries.ts'
import { entriesOfRuntime } from './enclaveKeys.ts'
import { initResponseOf } from './initResponse.ts'
import { checksumOfPolicy } from './policy.ts'
import { nextGeneration } from './rotation.ts'

/** What the next status follows from. */
export interface Succession {
  readonly runtime: Runtime
  readonly status: Status
  /** The last master secret that was proposed, for whichever epoch. */
  readonly proposal: SignedEncryptedMasterSecret | undefined
  /** All nodes by identifier: the first one that is admitted sets the measure. */
  readonly nodes: readonly Node[]
  readonly epoch: Epoch
}

/** What every enclave of the committee has to say. */
interface Terms {
  readonly runtime: Runtime
  readonly policyChecksum: Uint8Array
  readonly checksum: Uint8Array | undefined
  /** That of the secret which is to be replicated; undefined if there is none. */
  readonly nextChecksum: Uint8Array | undefined
}

/** What the first enclave said, and all others have to agree with. */
interface Measure {
  readonly isSecure: boolean | undefined
  readonly rsk: PublicKey | undefined
  readonly nextRsk: PublicKey | undefined
}

/** What becomes of the measure by a node that is admitted, and whether it has the next secret. */
interface Admission extends Measure {
  readonly hasReplicated: boolean
}

/** So much of a committee must have the next secret before it takes the place of the last one. */
const REPLICATED_PERCENT_MIN = 66

const EMPTY_POLICY_CHECKSUM = checksumOfPolicy(undefined)

/** The status that follows. */
export function nextStatus(ctx: Context, succession: Succession): Status {
  const { runtime, status, proposal, nodes, epoch } = succession
  const policy = status.nextPolicy ?? status.policy
  const { checksum } = status
  const nextChecksum = proposedChecksum(status, proposal, epoch)
  const terms = { runtime, checksum, nextChecksum, policyChecksum: checksumOfPolicy(policy) }
  const isSecure = status.isInitialized ? status.isSecure : undefined
  let measure: Measure = { isSecure, rsk: undefined, nextRsk: undefined }
  const admitted: PublicKey[] = []
  const replicated: PublicKey[] = []
  for (const node of nodes) {
    if (isExpired(node, epoch) || !hasRole(node.roles, 'key-manager')) continue
    const admission = admissionOf(ctx, node, terms, measure)
    if (admission === undefined) continue
    const { hasReplicated, ...next } = admission
    measure = hasReplicated ? next : { ...next, nextRsk: measure.nextRsk }
    admitted.push(node.id)
    if (hasReplicated) replicated.push(node.id)
  }
  const after: Status = {
    ...status,
    id: runtime.id,
    policy,
    nextPolicy: undefined,
    isInitialized: status.isInitialized || admitted.length > 0,
    isSecure: measure.isSecure ?? status.isSecure,
    nodes: admitted.length > 0 ? admitted : undefined,
    rsk: measure.rsk,
  }
  if (nextChecksum === undefined || !isMajority(replicated.length, admitted.length)) return after
  return {
    ...after,
    generation: nextGeneration(status),
    rotationEpoch: epoch,
    checksum: nextChecksum,
    rsk: measure.nextRsk,
    nodes: replicated,
  }
}

function isMajority(replicatedCount: number, admittedCount: number): boolean {
  return admittedCount > 0 && replicatedCount * 100 >= admittedCount * REPLICATED_PERCENT_MIN
}

/** The checksum that there will be if the proposal is accepted in this epoch. */
function proposedChecksum(
  status: Status,
  proposal: SignedEncryptedMasterSecret | undefined,
  epoch: Epoch,
): Uint8Array | undefined {
  if (proposal === undefined) return undefined
  const { secret } = proposal
  if (secret.generation !== nextGeneration(status) || secret.epoch !== epoch) return undefined
  // COMPAT(oasis-core): an empty checksum is one, and then the next generation is zero again.
  return secret.secret.checksum
}

/** Admits a node if all versions of the key manager that it runs agree with everything. */
function admissionOf(
  ctx: Context,
  node: Node,
  terms: Terms,
  measure: Measure,
): Admission | undefined {
  const entries = entriesOfRuntime(node, terms.runtime.id)
  let admission: Admission = { ...measure, hasReplicated: true }
  for (const nodeRuntime of entries) {
    const claimed = { nodeId: node.id, nodeRuntime, runtime: terms.runtime }
    const response = responseOf(ctx, claimed)
    if (response === undefined || !keepsTerms(response, terms)) return undefined
    const next = agreementOf(response, admission, terms)
    if (next === undefined) return undefined
    admission = next
  }
  return entries.length > 0 ? admission : undefined
}

/** What an enclave said; undefined if that is not to be believed. */
function responseOf(ctx: Context, claimed: ClaimedRuntime): InitResponse | undefined {
  try {
    return initResponseOf(ctx, claimed)
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}

/** COMPAT(oasis-core): for checksums, absent and empty are the same. */
function equalChecksums(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return equalBytes(a ?? EMPTY_BYTES, b ?? EMPTY_BYTES)
}

function keepsTerms({ policyChecksum, checksum }: InitResponse, terms: Terms): boolean {
  const ownPolicy = equalChecksums(policyChecksum, EMPTY_BYTES)
    ? EMPTY_POLICY_CHECKSUM
    : policyChecksum
  return equalChecksums(ownPolicy, terms.policyChecksum) && equalChecksums(checksum, terms.checksum)
}

function equalKeys(key: PublicKey | undefined, expected: PublicKey | undefined): boolean {
  // For the sake of enclaves of old nobody has to name a key.
  return key === undefined || (expected !== undefined && equalBytes(key, expected))
}

/** The measure behind a version of the key manager; undefined if it does not agree with it. */
function agreementOf(
  { isSecure, rsk, nextRsk, nextChecksum }: InitResponse,
  before: Admission,
  terms: Terms,
): Admission | undefined {
  const after = {
    isSecure: before.isSecure ?? isSecure,
    rsk: before.rsk ?? rsk,
    nextRsk: before.nextRsk ?? nextRsk,
  }
  if (isSecure !== after.isSecure || !equalKeys(rsk, after.rsk)) return undefined
  const isReplica =
    equalChecksums(nextChecksum, terms.nextChecksum) && equalKeys(nextRsk, after.nextRsk)
  return { ...after, hasReplicated: before.hasReplicated && isReplica }
}
