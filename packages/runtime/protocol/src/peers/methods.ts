/** What nodes ask each other about runtimes, by the names of their services. */

import { list } from '@wadi/cbor/collections'
import { bytes, u8, u16, u64 } from '@wadi/cbor/scalars'
import type { Schema } from '@wadi/cbor/schema'
import { named, omitEmpty, struct } from '@wadi/cbor/struct'
import { Metadata } from '@wadi/mkvs/checkpoint/metadata'
import {
  GetPrefixesRequest,
  GetRequest,
  IterateRequest,
  ProofResponse,
  WireRoot,
} from '@wadi/mkvs/syncer'
import { wireWriteLog } from '@wadi/mkvs/wireWriteLog'
import { Hash } from '@wadi/primitives/hash'
import {
  FETCHED_TRANSACTIONS_MAX,
  OFFER_ITEM_COUNT_MAX,
  OFFERED_CHECKPOINTS_MAX,
  PROOF_ITEM_COUNT_MAX,
  WRITE_COUNT_MAX,
} from '../limits.ts'

/** Something that is asked, and what is answered. */
export interface PeerMethod<Q, A> {
  readonly name: string
  readonly request: Schema<Q>
  readonly response: Schema<A>
  /** How long one peer may take; the network's own bound, if left out. */
  readonly responseMsMax?: number
  /** Items of an answer, where its lists have no bounds of their own. */
  readonly itemCountMax?: number
}

function peerMethod<Q, A>(method: PeerMethod<Q, A>): PeerMethod<Q, A> {
  return method
}

/** `txsync`: transactions that a proposal names. Of a long request only the first are looked at. */
export const transactionMethods = {
  getTransactions: peerMethod({
    name: 'GetTxs',
    request: struct({ hashes: named('txs', list(Hash)) }),
    response: struct({
      transactions: named('txs', omitEmpty(list(bytes, { countMax: FETCHED_TRANSACTIONS_MAX }))),
    }),
  }),
} as const

/** `diffsync`: what changed from one root to the next. */
export const diffMethods = {
  getDiff: peerMethod({
    name: 'GetDiff',
    request: struct({ startRoot: WireRoot, endRoot: WireRoot }),
    response: struct({ writeLog: omitEmpty(wireWriteLog(WRITE_COUNT_MAX)) }),
    responseMsMax: 15_000,
  }),
} as const

/** `checkpointsync`: whole trees, piece by piece. */
export const checkpointMethods = {
  getCheckpoints: peerMethod({
    name: 'GetCheckpoints',
    request: struct({ version: u16 }),
    response: struct({
      checkpoints: omitEmpty(list(Metadata, { countMax: OFFERED_CHECKPOINTS_MAX })),
    }),
    itemCountMax: OFFER_ITEM_COUNT_MAX,
  }),
  getCheckpointChunk: peerMethod({
    name: 'GetCheckpointChunk',
    request: struct({ version: u16, root: WireRoot, index: u64, digest: Hash }),
    response: struct({ chunk: omitEmpty(bytes) }),
    responseMsMax: 60_000,
  }),
} as const

/** `storagesync`: both, as older nodes ask. */
export const storageMethods = { ...diffMethods, ...checkpointMethods } as const

/** `keymanager`: calls of enclaves, by the kind of their protection. */
export const keyManagerMethods = {
  callEnclave: peerMethod({
    name: 'CallEnclave',
    request: struct({ data: bytes, kind: omitEmpty(u8) }),
    response: struct({ data: bytes }),
    responseMsMax: 3_000,
  }),
} as const

const PROOF = { response: ProofResponse, itemCountMax: PROOF_ITEM_COUNT_MAX } as const

/** `storagepub`: proofs, for those who keep no states. */
export const publicStorageMethods = {
  get: peerMethod({ name: 'Get', request: GetRequest, ...PROOF }),
  getPrefixes: peerMethod({ name: 'GetPrefixes', request: GetPrefixesRequest, ...PROOF }),
  iterate: peerMethod({ name: 'Iterate', request: IterateRequest, ...PROOF }),
} as const
