import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, toHex } from '@wadi/base/bytes'
import { decode, decodeRust } from '@wadi/cbor/codec'
import { FrameReader, frameOf } from '@wadi/cbor/framing'
import { ANSWERS, isAnswerTo, type RequestKind } from '@wadi/runtime-protocol/host-protocol/answers'
import {
  decodeMessage,
  encodeForHost,
  encodeForRuntime,
  MESSAGE_TYPES,
  Message,
} from '@wadi/runtime-protocol/host-protocol/message'
import { MESSAGE_SIZE_MAX } from '@wadi/runtime-protocol/limits'
import '../src/coverage.ts'
import type { RecordedFrame } from '../src/hostTraffic.ts'
import { bytesOfBase64 } from '../src/records.ts'
import { listFolder, readNdjson } from '../src/vectors.ts'

type Side = RecordedFrame['from']

/** How each side writes, and how the other one reads at its strictest. */
const DIALECTS = {
  host: { encode: encodeForRuntime, decodeStrictly: decodeRust<Message> },
  runtime: { encode: encodeForHost, decodeStrictly: decode<Message> },
} as const

const OTHER: Readonly<Record<Side, Side>> = { host: 'runtime', runtime: 'host' }

function isRequest(kind: string): kind is RequestKind {
  return kind in ANSWERS
}

/** Who waits for what. */
class Conversation {
  readonly #pending = { host: new Map<bigint, RequestKind>(), runtime: new Map() }
  answered = 0

  take(from: Side, { id, messageType, body }: Message): void {
    if (messageType === MESSAGE_TYPES.request) {
      assert.ok(isRequest(body.kind), body.kind)
      this.#pending[from].set(id, body.kind)
      return
    }
    assert.equal(messageType, MESSAGE_TYPES.response)
    const request: RequestKind | undefined = this.#pending[OTHER[from]].get(id)
    assert.ok(request !== undefined, `answer ${id} without a request`)
    assert.ok(body.kind === 'Error' || isAnswerTo(request, body), `${request} ${body.kind}`)
    this.#pending[OTHER[from]].delete(id)
    this.answered++
  }
}

describe('recorded messages of the host protocol', () => {
  for (const file of listFolder('rhp').filter((name) => name.endsWith('.ndjson.gz'))) {
    const frames = () => readNdjson<RecordedFrame>(`rhp/${file}`)
    it(`${file}: every message is read, and written again to the byte`, () => {
      const conversation = new Conversation()
      for (const { from, frame } of frames()) {
        const bytes = bytesOfBase64(frame)
        const message = decodeMessage(bytes)
        assert.ok(message.body !== undefined)
        assert.deepEqual(DIALECTS[from].decodeStrictly(Message, bytes), message)
        assert.equal(toHex(DIALECTS[from].encode(message)), toHex(bytes), message.body.kind)
        conversation.take(from, message)
      }
      assert.notEqual(conversation.answered, 0)
    })
    it(`${file}: what one side writes comes out of the stream as it went in`, () => {
      const sent = [...frames()].map(({ frame }) => bytesOfBase64(frame))
      const stream = concatBytes(...sent.map((message) => frameOf(message)))
      const received = new FrameReader(MESSAGE_SIZE_MAX).push(stream)
      assert.deepEqual(received.map(toHex), sent.map(toHex))
    })
  }
})
