/** An archive with a recorded chain as a light client sees it, which believes one block only. */

import { decodeRpc, encode } from '@wadi/cbor/codec'
import type { AnySchema } from '@wadi/cbor/schema'
import { calls, engineCalls } from '@wadi/consensus/consensus/api'
import { chainContextOf } from '@wadi/consensus/genesis/document'
import type { CallTransport } from '@wadi/grpc/call-transport'
import { statusError } from '@wadi/grpc/status'
import { decode } from '@wadi/protobuf/codec'
import { createLightNode } from '@wadi/sdk/light-node'
import { nodeCalls } from '@wadi/sdk/node-tables'
import { callerOf } from '@wadi/sdk/table-client'
import { headerHash } from '@wadi/tendermint/hashing/headerHash'
import { LightBlock } from '@wadi/tendermint/types/lightBlock'
import type { RecordedChain } from '../replay/replayChain.ts'
import type { AskNode } from './compareCalls.ts'

/** The reference's blocks are as old as the recording. */
const TRUST_PERIOD_MS = 1_000_000_000_000
const MS_PER_SECOND = 1000

interface AnyCall {
  readonly request: AnySchema
  readonly response: AnySchema
}

function transportOf(ask: AskNode): CallTransport {
  return {
    unary: (path, request) => ask(path.slice(path.indexOf('.') + 1), request),
    stream: (path) => {
      throw statusError('unimplemented', `an archive tells nothing: ${path}`)
    },
  }
}

async function headerAt(ask: AskNode, height: bigint) {
  const { request, response } = engineCalls['Consensus/GetLightBlock']
  const answer = await ask('Consensus/GetLightBlock', encode(request, height))
  return decode(LightBlock, decodeRpc(response, answer).meta).signedHeader.header
}

/** Asks an archive through a light client, in the bytes of the calls. */
export async function lightAsk({ document }: RecordedChain, ask: AskNode): Promise<AskNode> {
  const { request, response } = calls['Consensus/GetLatestHeight']
  const answer = await ask('Consensus/GetLatestHeight', encode(request, undefined))
  const { time } = await headerAt(ask, decodeRpc(response, answer))
  const { height } = document
  const transport = transportOf(ask)
  const { client } = createLightNode({
    transports: [transport, transport],
    chainContext: chainContextOf(document),
    trust: { height, hash: headerHash(await headerAt(ask, height)) },
    trustPeriodMs: TRUST_PERIOD_MS,
    clock: { unixMs: () => Number(time.seconds + 1n) * MS_PER_SECOND, monotonicMs: () => 0 },
  })
  return async (method, asked) => {
    const call = (nodeCalls as Readonly<Record<string, AnyCall>>)[method]!
    return encode(call.response, await callerOf(client, method)(decodeRpc(call.request, asked)))
  }
}
