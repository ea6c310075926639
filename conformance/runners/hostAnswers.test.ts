import assert from 'node:assert/strict'
import { type Duplex, duplexPair } from 'node:stream'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { FrameReader, frameOf } from '@wadi/cbor/framing'
import type { LightBlock as WireLightBlock } from '@wadi/consensus/consensus/block'
import { answerRequest } from '@wadi/runtime-host/answer-request'
import { RuntimeConnection } from '@wadi/runtime-host/runtime-connection'
import { shakeHands } from '@wadi/runtime-host/shake-hands'
import {
  type Body,
  decodeMessage,
  encodeForHost,
  encodeForRuntime,
} from '@wadi/runtime-protocol/host-protocol/message'
import { createArchive } from '../src/api/recordedArchive.ts'
import '../src/coverage.ts'
import { chainOfConversation, readConversation } from '../src/hostConversation.ts'
import { readChain } from '../src/recordedChain.ts'
import { type RecordedNode, recordedNode } from '../src/recordedServices.ts'
import { listFolder } from '../src/vectors.ts'

const RECORDINGS = listFolder('rhp').filter((name) => name.endsWith('.ndjson.gz'))

/** The other end of a stream: says what was recorded, word for word. */
class ReplayRuntime {
  readonly #stream: Duplex
  readonly #messages: AsyncGenerator<Uint8Array>

  constructor(stream: Duplex) {
    this.#stream = stream
    this.#messages = framesOf(stream)
  }

  write(message: Uint8Array): void {
    this.#stream.write(frameOf(message))
  }

  /** What the host says next. */
  async next(): Promise<Uint8Array> {
    const { value } = await this.#messages.next()
    assert.ok(value !== undefined, 'the host has gone')
    return value
  }
}

async function* framesOf(stream: Duplex): AsyncGenerator<Uint8Array> {
  const reader = new FrameReader()
  for await (const piece of stream) yield* reader.push(piece)
}

/** A host of ours behind a stream. */
function serve({ services }: RecordedNode, stream: Duplex): RuntimeConnection {
  return new RuntimeConnection({
    stream,
    serve: (request, signal) => answerRequest(services, request, signal),
    timers: { after: () => ({ cancel: () => undefined }) },
    onBug: (error) => assert.fail(String(error)),
  })
}

/** The block of an answer, if it has one. */
function blockOf(answer: Uint8Array): WireLightBlock | undefined {
  const { body } = decodeMessage(answer) as { body: Body }
  return body.kind === 'HostFetchConsensusBlockResponse' ? body.body.block : undefined
}

describe('our host, asked by recorded runtimes', () => {
  for (const file of RECORDINGS) {
    it(`${file}: begins and answers as the host in Go did, to the byte`, async () => {
      const chain = chainOfConversation(file)
      const { ofHost, ofRuntime } = readConversation(file)
      const source = createArchive(readChain(chain))
      const [hello] = ofHost
      assert.ok(hello?.request.body.kind === 'RuntimeInfoRequest')
      const { runtimeId, localConfig } = hello.request.body.body
      const node = recordedNode(source, chain, runtimeId)
      const [near, far] = duplexPair()
      const connection = serve(node, near)
      const ended = connection.run()
      const runtime = new ReplayRuntime(far)

      const { chainContext: consensusChainContext } = source
      const host = { runtimeId, localConfig, consensusChainContext }
      const shaken = shakeHands(connection, host, undefined)
      assert.equal(toHex(await runtime.next()), toHex(encodeForRuntime(hello.request)))
      runtime.write(hello.answer)
      await shaken
      connection.makeReady()

      for (const { request, answer } of ofRuntime) {
        node.tip = blockOf(answer)?.height ?? node.tip
        runtime.write(encodeForHost(request))
        const what = `${request.body.kind} ${request.id}`
        assert.equal(toHex(await runtime.next()), toHex(answer), what)
      }
      assert.notEqual(ofRuntime.length, 0)
      far.end()
      assert.equal((await ended).kind, 'gone')
    })
  }
})
