/** What is asked of nodes that take part in a handoff. */

import { errors as registryErrors } from '@wadi/consensus/registry/errors'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import { type ContextDeclaration, contextOf } from '@wadi/crypto/signature/context'
import { isValidSignature } from '@wadi/crypto/signature/verification'
import type { Epoch } from '@wadi/primitives/epoch'
import { hasRole } from '@wadi/primitives/nodeRoles'
import type { PublicKey } from '@wadi/primitives/publicKey'
import type { Context } from '../kernel/context.ts'
import { attestationKeyOf, entryOfKeyManager } from '../keymanager/enclaveKeys.ts'
import { isExpired, nodeOf } from '../registry/queries.ts'
import { plainErrors } from './errors.ts'

/** The key with which the enclave of the signer signs, who has to run the key manager. */
function ownAttestationKey({ state, signer }: Context, runtime: Runtime, epoch: Epoch): PublicKey {
  const node = nodeOf(state, signer)
  if (node === undefined) throw registryErrors.noSuchNode()
  if (isExpired(node, epoch)) throw plainErrors.nodeExpired()
  if (!hasRole(node.roles, 'key-manager')) throw plainErrors.notKeyManagerNode()
  return attestationKeyOf(entryOfKeyManager(node, runtime.id), runtime)
}

/** A request of an enclave, as it was signed. */
export interface EnclaveRequest {
  readonly runtime: Runtime
  /** The epoch that it is. */
  readonly epoch: Epoch
  readonly context: ContextDeclaration
  readonly message: Uint8Array
  readonly signature: Uint8Array
}

/** Refuses a request that the enclave of the transaction's signer has not signed. */
export function checkEnclave(ctx: Context, request: EnclaveRequest): void {
  const { runtime, epoch, context, message, signature } = request
  const publicKey = ownAttestationKey(ctx, runtime, epoch)
  const signed = { context: contextOf(context), message, publicKey, signature }
  if (!isValidSignature(ctx.chain.signatures, signed)) throw plainErrors.invalidSignature()
}
