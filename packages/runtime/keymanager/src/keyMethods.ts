/** What runtimes and other key managers ask an enclave for. */

import type { Epoch } from '@wadi/primitives/epoch'
import type { KeyPair, SignedPublicKey } from '@wadi/runtime-protocol/enclave-rpc/keys'
import { epochOf } from './consensusReads.ts'
import type { Conversation } from './conversation.ts'
import type { Enclave } from './enclave.ts'
import type { RemoteEnclave } from './enclave-rpc/rakBinding.ts'
import { errors, invalidEpoch } from './errors.ts'
import { EPHEMERAL_KEY_AGE_MAX, HEIGHT_AGE_MAX } from './limits.ts'
import type {
  EphemeralKeyRequest,
  LongTermKeyRequest,
  ReplicateEphemeralSecretRequest,
  ReplicateMasterSecretRequest,
} from './methods.ts'
import { readTip } from './secretMethods.ts'

type Remote = RemoteEnclave | undefined

/** Refuses whoever has shown no enclave, or one that the policy does not name. */
function checkMayQuery({ policy }: Enclave, remote: Remote, runtimeId: Uint8Array): void {
  if (policy.isOpen) return
  if (remote === undefined) throw errors.notAuthenticated()
  policy.checkMayQuery(remote.identity, runtimeId)
}

function checkMayReplicate({ policy }: Enclave, remote: Remote): void {
  if (policy.isOpen) return
  if (remote === undefined) throw errors.notAuthenticated()
  policy.checkMayReplicate(remote.identity)
}

/** Refuses whoever has not seen the last blocks: it may not know that it has lost its rights. */
function* checkHeight({ view }: Enclave, height: bigint): Conversation<void> {
  const latest = yield* view.latestHeight()
  if (latest > HEIGHT_AGE_MAX && height < latest - HEIGHT_AGE_MAX) throw errors.heightNotFresh()
}

function* checkEpoch(enclave: Enclave, epoch: Epoch): Conversation<void> {
  const now = yield* readTip(enclave, epochOf)
  if (now + 1n < epoch || now > epoch + EPHEMERAL_KEY_AGE_MAX) throw invalidEpoch(now, epoch)
}

/** `get_or_create_keys`: for enclaves that may query. */
export function* longTermKeys(
  enclave: Enclave,
  request: LongTermKeyRequest,
  remote: Remote,
): Conversation<KeyPair> {
  checkMayQuery(enclave, remote, request.runtimeId)
  yield* checkHeight(enclave, request.height)
  return yield* enclave.store.longTermKeys(request, request.generation)
}

/** `get_public_key`: for everybody. */
export function* publicLongTermKey(
  { store }: Enclave,
  request: LongTermKeyRequest,
): Conversation<SignedPublicKey> {
  const { inputKeypair } = yield* store.longTermKeys(request, request.generation)
  return store.signPublicKey(inputKeypair.pk, { ...request, epoch: undefined })
}

/** `get_or_create_ephemeral_keys`: for enclaves that may query. */
export function* ephemeralKeys(
  enclave: Enclave,
  request: EphemeralKeyRequest,
  remote: Remote,
): Conversation<KeyPair> {
  checkMayQuery(enclave, remote, request.runtimeId)
  yield* checkEpoch(enclave, request.epoch)
  yield* checkHeight(enclave, request.height)
  return enclave.store.ephemeralKeys(request, request.epoch)
}

/** `get_public_ephemeral_key`: for everybody. */
export function* publicEphemeralKey(
  enclave: Enclave,
  request: EphemeralKeyRequest,
): Conversation<SignedPublicKey> {
  yield* checkEpoch(enclave, request.epoch)
  const { store } = enclave
  const { inputKeypair } = store.ephemeralKeys(request, request.epoch)
  return store.signPublicKey(inputKeypair.pk, request)
}

/** `replicate_master_secret`: for enclaves that may have everything. */
export function* replicateMasterSecret(
  enclave: Enclave,
  { height, generation }: ReplicateMasterSecretRequest,
  remote: Remote,
) {
  checkMayReplicate(enclave, remote)
  yield* checkHeight(enclave, height)
  const secret = yield* enclave.store.masterSecret(generation)
  const checksum = yield* enclave.store.storage.loadChecksum(generation)
  return { masterSecret: secret.reveal(), checksum }
}

/** `replicate_ephemeral_secret`: likewise. */
export function* replicateEphemeralSecret(
  enclave: Enclave,
  { height, epoch }: ReplicateEphemeralSecretRequest,
  remote: Remote,
) {
  checkMayReplicate(enclave, remote)
  yield* checkHeight(enclave, height)
  return { ephemeralSecret: enclave.store.ephemeralSecret(epoch).reveal() }
}
