/** What a node has its own enclave do: get ready, make secrets, take those that were published. */

import { EMPTY_BYTES, equalBytes, toHex } from '@wadi/base/bytes'
import { Secret } from '@wadi/base/secret'
import { encode, encodeRust } from '@wadi/cbor/codec'
import {
  InitResponse,
  type SignedEncryptedEphemeralSecret,
  type SignedEncryptedMasterSecret,
  SignedEncryptedEphemeralSecret as SignedEphemeral,
  type SignedInitResponse,
  SignedEncryptedMasterSecret as SignedMaster,
} from '@wadi/consensus/keymanager'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import type { ReadableState } from '@wadi/mkvs/state'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Namespace } from '@wadi/primitives/namespace'
import type { PublicKey, X25519PublicKey } from '@wadi/primitives/publicKey'
import { ephemeralSecretOf, epochOf, masterSecretOf, nodeOf, statusOf } from './consensusReads.ts'
import { HEIGHT_LATEST } from './consensusView.ts'
import type { Conversation } from './conversation.ts'
import type { Enclave } from './enclave.ts'
import { ephemeralSecretNotReplicated, errors, invalidEpoch } from './errors.ts'
import { initializeSecrets } from './initializeSecrets.ts'
import { COMMITTEE_COUNT_MAX } from './limits.ts'
import type {
  GenerateEphemeralSecretRequest,
  GenerateMasterSecretRequest,
  InitRequest,
  LoadEphemeralSecretRequest,
  LoadMasterSecretRequest,
} from './methods.ts'
import { verifiedStatus } from './presentStatus.ts'
import {
  decryptSecret,
  encryptSecret,
  ephemeralSecretData,
  masterSecretData,
  type Publication,
  signEphemeralSecret,
  signMasterSecret,
} from './publishedSecret.ts'

/** Reads the state behind the very last block: what was published must be in it. */
export function* readTip<T>({ view }: Enclave, read: (state: ReadableState) => T): Conversation<T> {
  yield* view.sync(HEIGHT_LATEST)
  return yield* view.readLatest(read)
}

/** `init`: gets all secrets that there are, and says which ones it has. */
export function* initialize(enclave: Enclave, { status }: InitRequest) {
  const { id: keyManagerId, view, policy, store, identity } = enclave
  const verified = yield* verifiedStatus(view, keyManagerId, status)
  const policyChecksum = policy.update(verified.policy, verified.nextPolicy)
  const { generation, checksum = EMPTY_BYTES, nodes = [] } = verified
  const epoch = yield* readTip(enclave, epochOf)
  const source = enclave.openSource(nodes)
  const means = { store, build: identity.build, source }
  const state = yield* initializeSecrets(means, { keyManagerId, generation, checksum, epoch })
  const isSecure = identity.build === 'secure' && !policy.isOpen
  return signInitResponse(enclave, { ...state, isSecure, policyChecksum })
}

function signInitResponse({ identity }: Enclave, initResponse: InitResponse): SignedInitResponse {
  const message = encodeRust(InitResponse, initResponse)
  const signature = identity.rak.sign(contextOf(contexts.keyManagerInitResponse), message)
  return { initResponse, signature }
}

/** `generate_master_secret`: makes the next one, for the next epoch. */
export function* generateMasterSecret(
  enclave: Enclave,
  request: GenerateMasterSecretRequest,
): Conversation<{ readonly signedSecret: SignedEncryptedMasterSecret }> {
  const { keyManagerId: runtimeId } = enclave.store
  const { generation } = request
  const epoch = yield* checkNextEpoch(enclave, request.epoch)
  const secret = new Secret(enclave.random.bytes(32))
  const checksum = enclave.store.checksumOfNext(secret, generation)
  const associatedData = masterSecretData(runtimeId, generation, epoch)
  const encrypted = yield* encryptForCommittee(enclave, { secret, checksum, associatedData })
  const published = { runtimeId, generation, epoch, secret: encrypted }
  return { signedSecret: signMasterSecret(enclave.identity.rak, published) }
}

/** `generate_ephemeral_secret`: makes that of the next epoch. */
export function* generateEphemeralSecret(
  enclave: Enclave,
  request: GenerateEphemeralSecretRequest,
): Conversation<{ readonly signedSecret: SignedEncryptedEphemeralSecret }> {
  const { keyManagerId: runtimeId } = enclave.store
  const epoch = yield* checkNextEpoch(enclave, request.epoch)
  const secret = new Secret(enclave.random.bytes(32))
  const checksum = enclave.store.checksumOfEpoch(secret, epoch)
  const associatedData = ephemeralSecretData(runtimeId, epoch)
  const encrypted = yield* encryptForCommittee(enclave, { secret, checksum, associatedData })
  const published = { runtimeId, epoch, secret: encrypted }
  return { signedSecret: signEphemeralSecret(enclave.identity.rak, published) }
}

function* checkNextEpoch(enclave: Enclave, epoch: Epoch): Conversation<Epoch> {
  const next = (yield* readTip(enclave, epochOf)) + 1n
  if (next !== epoch) throw invalidEpoch(next, epoch)
  return next
}

function* encryptForCommittee(enclave: Enclave, publication: Publication) {
  const { recipient } = enclave.identity
  const all = (yield* committeeOf(enclave, enclave.store.keyManagerId)).map(({ rek }) => rek)
  const reks = [...new Map(all.map((rek) => [toHex(rek), rek])).values()]
  const isOurs = reks.some((rek) => equalBytes(rek, recipient.rek))
  // Whoever could not read the secret itself could not load it either.
  if (!isOurs) throw errors.rekNotPublished()
  return encryptSecret(publication, reks, enclave.random)
}

interface Member {
  readonly node: PublicKey
  readonly rek: X25519PublicKey
}

/** The nodes of the committee that run the key manager, and for which key to encrypt for them. */
function* committeeOf(enclave: Enclave, id: Namespace): Conversation<readonly Member[]> {
  const status = yield* readTip(enclave, (state) => statusOf(state, id))
  if (status === undefined) throw errors.statusNotFound()
  const ids = (status.nodes ?? []).slice(0, COMMITTEE_COUNT_MAX)
  return yield* readTip(enclave, (state) =>
    ids.flatMap((node) => {
      const rek = rekOf(enclave, state, node)
      return rek === undefined ? [] : [{ node, rek }]
    }),
  )
}

function rekOf({ identity, id }: Enclave, state: ReadableState, nodeId: PublicKey) {
  const runtimes = nodeOf(state, nodeId)?.runtimes ?? []
  const entry = runtimes.find((runtime) => runtime !== undefined && equalBytes(runtime.id, id))
  // Without enclaves all have the same key, which no descriptor names.
  if (identity.enclave === undefined) return entry && identity.recipient.rek
  return entry?.capabilities.tee?.rek
}

/** `load_master_secret`: takes the proposal that was published, if it is for this enclave too. */
export function* loadMasterSecret(
  enclave: Enclave,
  { signedSecret }: LoadMasterSecretRequest,
): Conversation<undefined> {
  const { runtimeId: id } = signedSecret.secret
  const published = yield* readTip(enclave, (state) => masterSecretOf(state, id))
  if (published === undefined || !isSame(SignedMaster, published, signedSecret)) {
    throw errors.masterSecretNotPublished()
  }
  const { generation, epoch, secret } = published.secret
  const associatedData = masterSecretData(id, generation, epoch)
  const opened = decryptSecret(secret, enclave.identity.recipient, associatedData)
  if (opened === undefined) return undefined
  const { checksum = EMPTY_BYTES } = secret
  yield* enclave.store.addProposal({ keyManagerId: id, generation, checksum }, opened)
  return undefined
}

/** `load_ephemeral_secret`: takes the secret that was published, or copies it from who could. */
export function* loadEphemeralSecret(
  enclave: Enclave,
  { signedSecret }: LoadEphemeralSecretRequest,
): Conversation<undefined> {
  const { runtimeId: id } = signedSecret.secret
  const published = yield* readTip(enclave, (state) => ephemeralSecretOf(state, id))
  if (published === undefined || !isSame(SignedEphemeral, published, signedSecret)) {
    throw errors.ephemeralSecretNotPublished()
  }
  const { epoch, secret } = published.secret
  const { recipient } = enclave.identity
  const opened =
    decryptSecret(secret, recipient, ephemeralSecretData(id, epoch)) ??
    (yield* copyEphemeralSecret(enclave, published))
  const { checksum = EMPTY_BYTES } = secret
  enclave.store.addPublishedEphemeralSecret({ keyManagerId: id, epoch, checksum }, opened)
  return undefined
}

function* copyEphemeralSecret(
  enclave: Enclave,
  { secret: published }: SignedEncryptedEphemeralSecret,
): Conversation<Secret<Uint8Array>> {
  const { runtimeId, epoch, secret } = published
  const members = yield* committeeOf(enclave, runtimeId)
  const able = members.filter(({ rek }) => secret.ciphertexts?.has(rek) === true)
  const source = enclave.openSource(able.map(({ node }) => node))
  const expected = secret.checksum ?? EMPTY_BYTES
  const copy = yield* source.ephemeralSecret(epoch, (candidate) =>
    equalBytes(enclave.store.checksumOfEpoch(candidate, epoch), expected),
  )
  if (copy === undefined) throw ephemeralSecretNotReplicated(epoch)
  return copy
}

function isSame<T>(schema: Parameters<typeof encode<T>>[0], a: T, b: T): boolean {
  return equalBytes(encode(schema, a), encode(schema, b))
}
