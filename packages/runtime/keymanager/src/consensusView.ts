/** The state of the consensus layer as an enclave without a trust root sees it: the host's word. */

import { EMPTY_BYTES, equalBytes } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { decodeRust } from '@wadi/cbor/codec'
import { BlockMetadata, methodBodies } from '@wadi/consensus/consensus/methods'
import { Arena } from '@wadi/mkvs/arena'
import { MissingNodeError, NO_NODES } from '@wadi/mkvs/nodeReader'
import { ROOT_TYPE_STATE, type Root } from '@wadi/mkvs/roots'
import type { ReadableState } from '@wadi/mkvs/state'
import { verifyAnswer } from '@wadi/mkvs/syncer'
import { openTree, type Tree } from '@wadi/mkvs/tree'
import { Hash } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import { Transaction } from '@wadi/primitives/transaction'
import { STORAGE_ENDPOINTS } from '@wadi/runtime-protocol/host-protocol/services'
import { ask, type Conversation } from './conversation.ts'
import { refusal, sentenceOfDecoding } from './errors.ts'
import { READ_MEMORY_BYTES_MAX, READ_PROOF_BYTES_MAX, READ_QUESTION_COUNT_MAX } from './limits.ts'

const META_METHOD = Object.keys(methodBodies)[0]

/** What hosts are told by when a block cannot be had. */
const VERIFIER = 'verifier'
const VERIFICATION_FAILED = 2

/** Stands for the last block there is. */
export const HEIGHT_LATEST = 0n

/** Knows the last height it was told of, and nothing else. */
export class ConsensusView {
  readonly #arena = new Arena({ memoryBytesMax: READ_MEMORY_BYTES_MAX })
  #height: bigint | undefined

  /** There is a block of this height. */
  see(height: bigint): void {
    if (this.#height === undefined || height > this.#height) this.#height = height
  }

  /** Makes sure that the host has a block, and takes its height for the last one. */
  *sync(height: bigint): Conversation<void> {
    try {
      this.#height = yield* this.#heightOf(height)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      throw new CodedError(VERIFIER, VERIFICATION_FAILED, error.reason, error.message)
    }
  }

  /** The last height: what was told, or else what the host says. */
  *latestHeight(): Conversation<bigint> {
    if (this.#height !== undefined) return this.#height
    const height = yield* this.#heightOf(HEIGHT_LATEST)
    // COMPAT(oasis-core): asks for the same block again, by its height.
    yield* this.sync(height)
    return height
  }

  /**
   * Reads the state after the last block: the block's own metadata has its root.
   * COMPAT(oasis-core): nothing is kept between two reads, so each asks for everything again.
   */
  *readLatest<T>(read: (state: ReadableState) => T): Conversation<T> {
    const height = yield* this.latestHeight()
    const { body } = yield* explained(
      'state root',
      ask({ kind: 'HostFetchBlockMetadataTxRequest', body: { height } }),
    )
    const hash = stateRootOf(body.signedTx.untrustedRawValue)
    const root: Root = { namespace: Namespace.zero, version: height, type: ROOT_TYPE_STATE, hash }
    return yield* readRemote(this.#arena, root, read)
  }

  *#heightOf(height: bigint): Conversation<bigint> {
    const request = { kind: 'HostFetchConsensusBlockRequest', body: { height } } as const
    const { body } = yield* explained('verification', ask(request))
    return body.block.height
  }
}

/** Says in which part of the verifier something failed. */
function* explained<T>(part: string, conversation: Conversation<T>): Conversation<T> {
  try {
    return yield* conversation
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw new CodedError(error.module, error.code, error.reason, `${part}: ${error.message}`)
  }
}

function stateRootOf(transaction: Uint8Array | undefined): Hash {
  const { method, body } = decodeHostTransaction(transaction)
  if (method !== META_METHOD) throw refusal('noMetadata', 'state root: invalid method name')
  try {
    return decodeRust(BlockMetadata, body).stateRoot
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    const sentence = 'failed to decode block metadata transaction'
    throw refusal('noMetadata', `state root: ${sentence}: ${sentenceOfDecoding(error)}`)
  }
}

function decodeHostTransaction(transaction: Uint8Array | undefined): Transaction {
  try {
    return decodeRust(Transaction, transaction ?? EMPTY_BYTES)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    const sentence = `failed to decode transaction: ${sentenceOfDecoding(error)}`
    throw refusal('noMetadata', `transaction verification: ${sentence}`)
  }
}

/** Reads a state of the consensus layer whose nodes are with the host. */
function* readRemote<T>(
  arena: Arena,
  root: Root,
  read: (state: ReadableState) => T,
): Conversation<T> {
  const tree = openTree(arena, { root, rootAddress: 0, reader: NO_NODES })
  try {
    return yield* readTree(tree, read)
  } finally {
    tree.dispose()
  }
}

function* readTree<T>(tree: Tree, read: (state: ReadableState) => T): Conversation<T> {
  let proofBytes = 0
  let last: Uint8Array = EMPTY_BYTES
  for (let asked = 0; ; asked++) {
    try {
      return read(tree)
    } catch (error) {
      if (!(error instanceof MissingNodeError)) throw error
      if (asked >= READ_QUESTION_COUNT_MAX) throw unavailable('too many questions')
      const { position } = error
      if (equalBytes(position, last)) throw unavailable('the proof does not show the node')
      last = position
      const proof = yield* proofOf(error)
      for (const entry of proof.entries) proofBytes += entry?.length ?? 0
      if (proofBytes > READ_PROOF_BYTES_MAX) throw unavailable('proofs are too large')
      tree.merge(verifyAnswer(proof, error), error.key)
    }
  }
}

function* proofOf({ root, position, key }: MissingNodeError) {
  const wireRoot = {
    ...root,
    namespace: Namespace.check(root.namespace),
    hash: Hash.check(root.hash),
  }
  const tree = { root: wireRoot, position: Hash.check(position) }
  const syncGet = { tree, key, includeSiblings: false, proofVersion: 0 }
  const { body } = yield* ask({
    kind: 'HostStorageSyncRequest',
    body: {
      endpoint: STORAGE_ENDPOINTS.consensus,
      syncGet,
      syncGetPrefixes: undefined,
      syncIterate: undefined,
    },
  })
  if (body.proofResponse === undefined) throw unavailable('answer without a proof')
  return body.proofResponse.proof
}

function unavailable(why: string): CodedError {
  const sentence = `consensus state: unavailable/corrupted state: ${why}`
  return refusal('stateUnavailable', sentence)
}
