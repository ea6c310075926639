import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, toUtf8 } from '@wadi/base/bytes'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import type { Timers } from '@wadi/base/timers'
import { FRAME_HEAD_BYTES } from '@wadi/grpc/limits'
import { TRAILERS_FLAG, writeFrameHead } from '@wadi/grpc/message-reader'
import fc from 'fast-check'
import { createWebTransport } from './webTransport.ts'

const TYPE = { 'content-type': 'application/grpc-web+proto' }
const PATH = '/oasis-core.Test/Ask'
const ASKED = Uint8Array.of(0xf6)

function frame(message: Uint8Array, flag = 0): Uint8Array {
  const head = new Uint8Array(FRAME_HEAD_BYTES)
  writeFrameHead(head, message.length, flag)
  return concatBytes(head, message)
}

const end = (text: string) => frame(toUtf8(text), TRAILERS_FLAG)
const OK = end('grpc-status: 0\r\n')
const EXPIRED = end('grpc-status: 9\r\ngrpc-message: too%20late\r\n')

/** A body that comes in pieces; `pulled` counts how many were asked for. */
function bodyOf(pieces: readonly Uint8Array[]) {
  const told = { pulled: 0, isCanceled: false }
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const piece = pieces[told.pulled++]
        if (piece === undefined) controller.close()
        else controller.enqueue(piece)
      },
      cancel() {
        told.isCanceled = true
      },
    },
    { highWaterMark: 0 },
  )
  return { body, told }
}

/** A transport to which everything is answered with that. */
function answering(response: () => Response, options: { readonly messageBytesMax?: number } = {}) {
  const asked: { readonly url: string; readonly init: RequestInit }[] = []
  const transport = createWebTransport({
    url: 'https://node.example/',
    fetch: (input, init = {}) => {
      asked.push({ url: String(input), init })
      return Promise.resolve(response())
    },
    ...options,
  })
  return { transport, asked }
}

const answeringPieces = (...pieces: readonly Uint8Array[]) =>
  answering(() => new Response(bodyOf(pieces).body, { headers: TYPE })).transport

async function all(items: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  const taken: Uint8Array[] = []
  for await (const item of items) taken.push(Uint8Array.from(item))
  return taken
}

describe('a call over gRPC-web', () => {
  it('is a request with the message and its head, and a deadline', async () => {
    const { transport, asked } = answering(
      () => new Response(bodyOf([frame(ASKED), OK]).body, { headers: TYPE }),
    )
    assert.deepEqual(await transport.unary(PATH, ASKED, { timeoutMs: 1500 }), ASKED)
    const [{ url, init } = assert.fail()] = asked
    assert.equal(url, 'https://node.example/oasis-core.Test/Ask')
    assert.deepEqual(init.body, frame(ASKED))
    assert.equal((init.headers as Record<string, string>)['grpc-timeout'], '1500m')
  })

  it('has the same answers wherever they are cut', async () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 })
    const cuts = fc.array(fc.nat(), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(messages, cuts, async (sent, where) => {
        const whole = concatBytes(...sent.map((one) => frame(one)), OK)
        const places = [...new Set(where.map((place) => place % whole.length))].sort(
          (a, b) => a - b,
        )
        const ends = [...places, whole.length]
        const pieces = ends.map((to, i) => whole.slice(ends[i - 1] ?? 0, to))
        const transport = answeringPieces(...pieces)
        assert.deepEqual(await all(transport.stream(PATH, ASKED)), sent)
      }),
    )
  })

  it('tells messages as they come, and the error at the end', async () => {
    const answers = answeringPieces(frame(ASKED), EXPIRED).stream(PATH, ASKED)
    assert.deepEqual((await answers.next()).value, ASKED)
    await assert.rejects(answers.next(), { reason: 'grpc.failedPrecondition', message: 'too late' })
    assert.equal((await answers.next()).done, true)
  })

  it('is answered in order, if more is asked for at once', async () => {
    const answers = answeringPieces(frame(Uint8Array.of(1)), frame(Uint8Array.of(2)), OK)
    const stream = answers.stream(PATH, ASKED)
    const results = await Promise.all([stream.next(), stream.next(), stream.next()])
    assert.deepEqual(
      results.map(({ value }) => value?.[0]),
      [1, 2, undefined],
    )
  })

  it('reads nothing before it is asked for', async () => {
    const { body, told } = bodyOf([frame(ASKED), frame(ASKED), frame(ASKED), OK])
    const { transport } = answering(() => new Response(body, { headers: TYPE }))
    const stream = transport.stream(PATH, ASKED)
    await stream.next()
    assert.equal(told.pulled, 1)
    await stream.next()
    assert.equal(told.pulled, 2)
  })

  it('is given up when nobody wants more', async () => {
    const { transport, asked } = answering(
      () => new Response(bodyOf([frame(ASKED), OK]).body, { headers: TYPE }),
    )
    for await (const _ of transport.stream(PATH, ASKED)) break
    assert.equal(asked[0]?.init.signal?.aborted, true)
  })

  const hopeless: readonly (readonly [string, () => Response, string])[] = [
    ['has no end', () => new Response(frame(ASKED).slice(), { headers: TYPE }), 'grpc.internal'],
    ['is cut', () => new Response(frame(ASKED).slice(0, 3), { headers: TYPE }), 'grpc.internal'],
    ['is empty', () => new Response(OK.slice(), { headers: TYPE }), 'grpc.internal'],
    [
      'goes on behind its end',
      () => new Response(concatBytes(OK, frame(ASKED)).slice(), { headers: TYPE }),
      'grpc.internal',
    ],
    ['is a page', () => new Response('<html>'), 'grpc.unknown'],
    [
      'is in Base64',
      () => new Response('', { headers: { 'content-type': 'application/grpc-web-text' } }),
      'grpc.unknown',
    ],
    ['is from nobody', () => new Response('', { status: 503 }), 'grpc.unavailable'],
    ['is not there', () => new Response('', { status: 404 }), 'grpc.unimplemented'],
    [
      'is an end only',
      () => new Response('', { headers: { ...TYPE, 'grpc-status': '7', 'grpc-message': 'no' } }),
      'grpc.permissionDenied',
    ],
  ]
  for (const [what, response, reason] of hopeless)
    it(`fails with ${reason} if the answer ${what}`, async () => {
      await assert.rejects(answering(response).transport.unary(PATH, ASKED), { reason })
    })

  it('refuses an answer larger than it wants, before it has come', async () => {
    const head = frame(new Uint8Array(11)).subarray(0, FRAME_HEAD_BYTES)
    const response = () => new Response(bodyOf([head]).body, { headers: TYPE })
    const { transport } = answering(response, { messageBytesMax: 10 })
    await assert.rejects(transport.unary(PATH, ASKED), { reason: 'grpc.resourceExhausted' })
  })

  it('is safe from whatever comes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (body) => {
        const transport = answering(() => new Response(body.slice(), { headers: TYPE })).transport
        await all(transport.stream(PATH, ASKED)).catch((error) => {
          assert.ok(error instanceof CodedError || error instanceof UnavailableError, error)
        })
      }),
    )
  })

  it('says that the world is not there', async () => {
    const cause = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') })
    const transport = createWebTransport({ url: 'http://x', fetch: () => Promise.reject(cause) })
    await assert.rejects(transport.unary(PATH, ASKED), {
      name: 'UnavailableError',
      reason: 'grpc.unavailable',
      message: 'grpc: connect ECONNREFUSED',
    })
  })

  it('ends at its deadline, and not without being asked', async () => {
    const late: (() => void)[] = []
    const timers: Timers = {
      after: (_ms, run) => {
        late.push(run)
        return { cancel: () => late.splice(0) }
      },
    }
    const never: typeof fetch = (_input, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
      })
    const transport = createWebTransport({ url: 'http://x', fetch: never, timers })
    const waiting = transport.unary(PATH, ASKED, { timeoutMs: 1 })
    late[0]!()
    await assert.rejects(waiting, { reason: 'grpc.deadlineExceeded' })
    const hopeless = transport.unary(PATH, ASKED, { signal: AbortSignal.abort() })
    await assert.rejects(hopeless, { reason: 'grpc.canceled' })
    assert.equal(late.length, 0)
  })
})
