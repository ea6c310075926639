/** The storage questions and answers in recorded traffic of the Runtime Host Protocol. */

import { decodeRpc, encode } from '@wadi/cbor/codec'
import { mapOf } from '@wadi/cbor/collections'
import { raw, text, u8, u64 } from '@wadi/cbor/scalars'
import { named, omitEmpty, optional, struct } from '@wadi/cbor/struct'
import type { Proof } from '@wadi/mkvs/proof'
import {
  GetPrefixesRequest,
  GetRequest,
  IterateRequest,
  ProofResponse,
  proveGet,
  proveIterate,
  provePrefixes,
  type WireRoot,
} from '@wadi/mkvs/syncer'
import type { Tree } from '@wadi/mkvs/tree'
import { bytesOfBase64 } from './records.ts'

/** A line of `rhp/*.ndjson.gz`. */
export interface RecordedFrame {
  readonly from: 'host' | 'runtime'
  readonly frame: string
}

const REQUEST = 1

const Frame = struct({ id: u64, messageType: u8, body: mapOf(text, raw) })

const StorageRequest = struct({
  endpoint: omitEmpty(u8),
  get: named('SyncGet', optional(GetRequest)),
  getPrefixes: named('SyncGetPrefixes', optional(GetPrefixesRequest)),
  iterate: named('SyncIterate', optional(IterateRequest)),
})

const StorageResponse = struct({ response: named('ProofResponse', ProofResponse) })

/** A question to the storage and the answer that the reference gave. */
export interface StorageQuestion {
  readonly what: string
  readonly root: WireRoot
  /** Our answer, from a tree whose root is the one asked for. */
  answer(tree: Tree): Proof
  readonly recorded: Proof
  /** The recorded answer as it went over the wire. */
  readonly recordedBytes: Uint8Array
}

type Answer = Pick<StorageQuestion, 'what' | 'root' | 'answer'>

function toAnswer(bytes: Uint8Array, id: bigint): Answer {
  const { get, getPrefixes, iterate } = decodeRpc(StorageRequest, bytes)
  if (get !== undefined)
    return { what: `SyncGet ${id}`, root: get.tree.root, answer: (tree) => proveGet(tree, get) }
  if (getPrefixes !== undefined)
    return {
      what: `SyncGetPrefixes ${id}`,
      root: getPrefixes.tree.root,
      answer: (tree) => provePrefixes(tree, getPrefixes),
    }
  if (iterate !== undefined)
    return {
      what: `SyncIterate ${id}`,
      root: iterate.tree.root,
      answer: (tree) => proveIterate(tree, iterate),
    }
  throw new TypeError(`storage request ${id} is of an unknown kind`)
}

/** All storage questions of a recording, each with its answer. */
export function* storageQuestions(frames: Iterable<RecordedFrame>): Generator<StorageQuestion> {
  const asked = new Map<bigint, Answer>()
  for (const { frame } of frames) {
    const { id, messageType, body } = decodeRpc(Frame, bytesOfBase64(frame))
    const request = body.get('HostStorageSyncRequest')
    if (messageType === REQUEST && request !== undefined) asked.set(id, toAnswer(request, id))
    const response = body.get('HostStorageSyncResponse')
    if (response === undefined) continue
    const question = asked.get(id)
    if (question === undefined) throw new TypeError(`answer ${id} without a question`)
    asked.delete(id)
    const recorded = decodeRpc(StorageResponse, response).response.proof
    yield { ...question, recorded, recordedBytes: response }
  }
}

/** An answer as it goes over the wire. */
export function encodeAnswer(proof: Proof): Uint8Array {
  return encode(StorageResponse, { response: { proof } })
}
