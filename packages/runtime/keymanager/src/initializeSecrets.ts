/** Getting all secrets that the consensus layer says there are. */

import { equalBytes } from '@wadi/base/bytes'
import type { Secret } from '@wadi/base/secret'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Namespace } from '@wadi/primitives/namespace'
import type { Conversation } from './conversation.ts'
import { type Build, checksumOfMasterSecret, firstChecksum } from './derivation.ts'
import { errors, masterSecretNotReplicated } from './errors.ts'
import { EPHEMERAL_SECRET_COUNT_MAX } from './limits.ts'
import type { SecretState, SecretStore } from './secretStore.ts'

type SecretBytes = Secret<Uint8Array>

/** A master secret, with the checksum of the generation before it. */
export interface MasterSecretCopy {
  readonly secret: SecretBytes
  /** Empty before generation 0. */
  readonly lastChecksum: Uint8Array
}

/** Where copies of secrets come from: other enclaves, one after the other. None is believed. */
export interface SecretSource {
  /** The first copy that is taken; undefined if nobody has one that is. */
  masterSecret<T>(
    generation: bigint,
    take: (copy: MasterSecretCopy) => T | undefined,
  ): Conversation<T | undefined>
  ephemeralSecret(
    epoch: Epoch,
    take: (secret: SecretBytes) => boolean,
  ): Conversation<SecretBytes | undefined>
}

/** What the consensus layer says there is. */
export interface Expected {
  readonly keyManagerId: Namespace
  readonly generation: bigint
  /** Of that generation; empty if there is no secret. */
  readonly checksum: Uint8Array
  readonly epoch: Epoch
}

/** Where secrets are, and how they are checked. */
export interface Means {
  readonly store: SecretStore
  readonly build: Build
  readonly source: SecretSource
}

/** How far an enclave has got by itself. */
interface Progress {
  readonly nextGeneration: bigint
  readonly checksum: Uint8Array
}

/**
 * Makes the store have every generation, each checked against the chain of checksums before it is
 * kept. Throws if that cannot be; what was kept until then stays.
 */
export function* initializeSecrets(means: Means, expected: Expected): Conversation<SecretState> {
  const { store } = means
  const { keyManagerId, generation, checksum } = expected
  store.setKeyManagerId(keyManagerId)
  if (checksum.length === 0) {
    if (store.current !== undefined) throw resetWith(store, errors.stateCorrupted)
    return store.state
  }
  const { nextGeneration } = store
  const known = store.current?.checksum ?? firstChecksum(keyManagerId)
  const isStart = nextGeneration === 0n
  const kept: Progress = { nextGeneration, checksum: known }
  const loaded = isStart ? yield* loadAll(means, keyManagerId, kept) : kept
  const before = yield* takeProposal(means, expected, loaded)
  const first = yield* replicateBackwards(means, expected, before.nextGeneration)
  const isTooFar = before.nextGeneration > generation + 1n
  if (isTooFar || !equalBytes(before.checksum, first)) throw resetWith(store, errors.stateCorrupted)
  if (isStart) yield* replicateEpochs(means, expected)
  store.setKeyManagerId(keyManagerId)
  if (store.current?.generation !== generation) {
    const secret = yield* store.storage.loadSecret({ keyManagerId, generation })
    if (secret === undefined) throw errors.stateCorrupted()
    store.accept(generation, checksum, secret)
  }
  return store.state
}

function resetWith(store: SecretStore, why: () => Error): Error {
  store.reset()
  return why()
}

/** When it starts, an enclave reads what it has left with its host. */
function* loadAll(
  { store, build }: Means,
  keyManagerId: Namespace,
  { nextGeneration, checksum }: Progress,
): Conversation<Progress> {
  let current = checksum
  for (let generation = nextGeneration; ; generation++) {
    const secret = yield* store.storage.loadSecret({ keyManagerId, generation })
    if (secret === undefined) return { nextGeneration: generation, checksum: current }
    const last = yield* store.storage.loadChecksum(generation)
    if (!equalBytes(last, current)) throw resetWith(store, errors.storageCorrupted)
    current = checksumOfMasterSecret(build, secret, current)
  }
}

/** If only the last generation is missing, it may be the proposal that was kept. */
function* takeProposal(
  { store, build }: Means,
  { keyManagerId, generation, checksum }: Expected,
  progress: Progress,
): Conversation<Progress> {
  if (progress.nextGeneration !== generation) return progress
  const secret = yield* store.storage.loadProposal({ keyManagerId, generation })
  if (secret === undefined) return progress
  const next = checksumOfMasterSecret(build, secret, progress.checksum)
  if (!equalBytes(next, checksum)) return progress
  yield* store.storage.saveSecret({ keyManagerId, generation }, secret)
  yield* store.storage.saveChecksum(generation, progress.checksum)
  return { nextGeneration: progress.nextGeneration + 1n, checksum: next }
}

/**
 * Gets the missing generations, the last one first, as only its checksum is certain. Gives the
 * checksum before the first of them.
 */
function* replicateBackwards(
  means: Means,
  { keyManagerId, generation: last, checksum }: Expected,
  first: bigint,
): Conversation<Uint8Array> {
  const { store } = means
  let expected = checksum
  for (let generation = last; generation >= first; generation--) {
    const secret = yield* store.storage.loadSecret({ keyManagerId, generation })
    expected =
      secret === undefined
        ? yield* replicate(means, { keyManagerId, generation }, expected)
        : yield* checkLoaded(means, generation, { secret, expected })
  }
  return expected
}

function* checkLoaded(
  { store, build }: Means,
  generation: bigint,
  { secret, expected }: { readonly secret: SecretBytes; readonly expected: Uint8Array },
): Conversation<Uint8Array> {
  const last = yield* store.storage.loadChecksum(generation)
  const checksum = checksumOfMasterSecret(build, secret, last)
  if (!equalBytes(checksum, expected)) throw resetWith(store, errors.storageCorrupted)
  return last
}

function* replicate(
  { store, build, source }: Means,
  of: { readonly keyManagerId: Namespace; readonly generation: bigint },
  expected: Uint8Array,
): Conversation<Uint8Array> {
  const { keyManagerId, generation } = of
  const copy = yield* source.masterSecret(generation, ({ secret, lastChecksum }) => {
    const last = lastChecksum.length === 0 ? firstChecksum(keyManagerId) : lastChecksum
    const isRight = equalBytes(checksumOfMasterSecret(build, secret, last), expected)
    return isRight ? { secret, last } : undefined
  })
  if (copy === undefined) throw masterSecretNotReplicated(generation)
  yield* store.storage.saveSecret(of, copy.secret)
  yield* store.storage.saveChecksum(generation, copy.last)
  return copy.last
}

/**
 * Gets the secrets of the last epochs, of which some may be left: from the next epoch downwards
 * until nobody has one.
 * COMPAT(oasis-core): they are believed. Their checksums are gone by now.
 */
function* replicateEpochs({ store, source }: Means, { epoch, keyManagerId }: Expected) {
  const to = epoch + 1n
  const count = BigInt(EPHEMERAL_SECRET_COUNT_MAX)
  const from = to > count ? to - count : 0n
  for (let at = to; at >= from; at--) {
    const secret = yield* source.ephemeralSecret(at, () => true)
    if (secret !== undefined) {
      store.setKeyManagerId(keyManagerId)
      store.addEphemeralSecret(at, secret)
    } else if (at !== to) {
      return
    }
  }
}
