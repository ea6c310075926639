/** What is asked of a secret that a member of the committee publishes. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import type { EncryptedSecret, Status } from '@wadi/consensus/keymanager'
import { errors as registryErrors } from '@wadi/consensus/registry/errors'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import { isValidSignature, type SignatureInContext } from '@wadi/crypto/signature/verification'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Node } from '@wadi/primitives/node'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { currentEpoch } from '../beacon/queries.ts'
import type { Context } from '../kernel/context.ts'
import type { ReadableState } from '../kernel/state.ts'
import { nodeOf } from '../registry/queries.ts'
import { attestationKeyOf, encryptionKeysOf, entryOfKeyManager } from './enclaveKeys.ts'
import { plainErrors } from './errors.ts'

/** For so much of a committee a secret must be encrypted. */
const COVERED_PERCENT_MIN = 66

/** Refuses whoever is no member of the committee. */
export function checkMember({ signer }: Context, { nodes = [] }: Status): void {
  if (!nodes.some((id) => equalBytes(id, signer))) throw plainErrors.notInCommittee()
}

/** Refuses a second secret for the same epoch. */
export function checkFirst(
  epoch: Epoch,
  last: { readonly secret: { readonly epoch: Epoch } } | undefined,
): void {
  if (last?.secret.epoch === epoch) throw plainErrors.oncePerEpoch()
}

/** Refuses a secret that is not for the next epoch. */
export function checkNextEpoch(ctx: Context, epoch: Epoch): void {
  // COMPAT(oasis-core): before the first block is committed the next epoch is zero.
  if (epoch !== BigInt.asUintN(64, currentEpoch(ctx) + 1n)) throw plainErrors.wrongEpoch()
}

/** The keys that a publication has to do with. */
export interface PublicationKeys {
  /** With which the publisher's enclave signs. */
  readonly rak: PublicKey
  /** Of all enclaves of the committee, in hex. */
  readonly reks: ReadonlySet<string>
}

function existingNodeOf(state: ReadableState, id: PublicKey): Node {
  const node = nodeOf(state, id)
  if (node === undefined) throw registryErrors.noSuchNode()
  return node
}

/** The keys of the publisher and of the whole committee, all of which must be registered. */
export function publicationKeysOf(
  { state, signer }: Context,
  runtime: Runtime,
  { nodes = [] }: Status,
): PublicationKeys {
  const entry = entryOfKeyManager(existingNodeOf(state, signer), runtime.id)
  const rak = attestationKeyOf(entry, runtime)
  const committee = nodes.map((id) => existingNodeOf(state, id))
  return { rak, reks: encryptionKeysOf(committee, runtime) }
}

/** Refuses a secret that is not encrypted for enough of the committee, or for somebody else. */
export function checkCoverage(
  { ciphertexts }: EncryptedSecret,
  reks: PublicationKeys['reks'],
): void {
  if (reks.size === 0) throw plainErrors.noKeys()
  const recipients = [...(ciphertexts?.keys() ?? [])]
  if (!recipients.every((rek) => reks.has(toHex(rek)))) throw plainErrors.unknownKey()
  if (recipients.length * 100 < reks.size * COVERED_PERCENT_MIN) throw plainErrors.tooFewKeys()
}

/** Refuses a secret that the publisher's enclave has not signed. */
export function checkSignature({ chain }: Context, signed: SignatureInContext): void {
  if (!isValidSignature(chain.signatures, signed)) throw plainErrors.invalidSecretSignature()
}
