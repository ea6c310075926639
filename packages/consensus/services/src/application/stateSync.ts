/** Answering those who read the state from afar: with proofs. */

import type { Infer, Schema } from '@wadi/cbor/codec'
import type { Call } from '@wadi/consensus/api'
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
import { type ApiMethods, answering } from '../kernel/api.ts'

/** A call that names the root of the state that it reads. */
function reading<Q extends { readonly tree: { readonly root: WireRoot } }>(
  request: Schema<Q>,
): Call<Q, Infer<typeof ProofResponse>> {
  return { request, response: ProofResponse, heightOf: ({ tree }) => tree.root.version }
}

/** These are not with the other calls: their types are those of the tree. */
export const calls = {
  'Consensus/StateSyncGet': reading(GetRequest),
  'Consensus/StateSyncGetPrefixes': reading(GetPrefixesRequest),
  'Consensus/StateSyncIterate': reading(IterateRequest),
} as const

export const methods: ApiMethods = answering(calls, {
  'Consensus/StateSyncGet': ({ tree }, request) => ({ proof: proveGet(tree, request) }),
  'Consensus/StateSyncGetPrefixes': ({ tree }, request) => ({
    proof: provePrefixes(tree, request),
  }),
  'Consensus/StateSyncIterate': ({ tree }, request) => ({ proof: proveIterate(tree, request) }),
})
