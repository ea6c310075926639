/** A peer of the network of runtimes as a node that a light client asks: for light blocks only. */

import { EMPTY_BYTES } from '@wadi/base/bytes'
import { decode, encode, type Schema } from '@wadi/cbor/codec'
import { calls, engineCalls } from '@wadi/consensus/consensus/api'
import { errors } from '@wadi/consensus/consensus/errors'
import type { LightBlockProvider } from '@wadi/engine/state-sync'
import type { CallTransport } from '@wadi/grpc/call-transport'
import { decode as decodeProtobuf, encode as encodeProtobuf } from '@wadi/protobuf/codec'
import { Evidence } from '@wadi/tendermint/types/evidence'
import { LightBlock } from '@wadi/tendermint/types/lightBlock'

type AnyCall = (request: Uint8Array) => Promise<Uint8Array>

function answering<Q, A>(
  { request, response }: { readonly request: Schema<Q>; readonly response: Schema<A> },
  answer: (asked: Q) => Promise<A>,
): AnyCall {
  return async (bytes) => encode(response, await answer(decode(request, bytes)))
}

/** What somebody who has light blocks says of a height; of the last one, for zero. */
async function blockAt(provider: LightBlockProvider, height: bigint): Promise<LightBlock> {
  const found = await new Promise<Parameters<Parameters<typeof provider.fetchLightBlock>[1]>[0]>(
    (resolve) => provider.fetchLightBlock(height, resolve),
  )
  if (found.kind !== 'found') throw errors.versionNotFound()
  return found.block
}

/** See the top of this file. */
export function peerTransport(provider: LightBlockProvider): CallTransport {
  const answers: Readonly<Record<string, AnyCall>> = {
    GetLightBlock: answering(engineCalls['Consensus/GetLightBlock'], async (height) => {
      const block = await blockAt(provider, height)
      const { header } = block.signedHeader
      return { height: header.height, meta: encodeProtobuf(LightBlock, block) }
    }),
    GetLatestHeight: answering(calls['Consensus/GetLatestHeight'], async () => {
      return (await blockAt(provider, 0n)).signedHeader.header.height
    }),
    SubmitEvidence: answering(
      engineCalls['Consensus/SubmitEvidence'],
      async ({ meta = EMPTY_BYTES }) => {
        const evidence = decodeProtobuf(Evidence, meta)
        if (evidence.kind === 'light-client-attack') provider.reportEvidence(evidence.body)
        return undefined
      },
    ),
  }
  return {
    unary: (path, request) => {
      const answer = answers[path.slice(path.lastIndexOf('/') + 1)]
      return answer === undefined ? Promise.reject(errors.unsupported()) : answer(request)
    },
    stream: () => {
      throw errors.unsupported()
    },
  }
}
