import assert from 'node:assert/strict'
import http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { frameOf } from '../frames.ts'
import { RECONNECT_MS_MAX, RECONNECT_MS_MIN } from '../limits.ts'
import { GrpcServer } from '../server/grpcServer.ts'
import { Test, TestServer } from '../testing/testServer.ts'
import { Channel } from './channel.ts'
import { createClient } from './createClient.ts'
import { parseTarget } from './target.ts'

const ECHO = '/oasis-core.Test/Echo'
const ONE = Uint8Array.of(1)

const reasonOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'answered',
    (error: unknown) => {
      assert.ok(error instanceof CodedError || error instanceof UnavailableError)
      return error.reason
    },
  )

/** A server that answers as it likes. */
async function oddServer(answer: (stream: http2.ServerHttp2Stream) => void) {
  const server = http2.createServer()
  const sessions = new Set<http2.ServerHttp2Session>()
  server.on('session', (session) => {
    sessions.add(session)
    session.on('error', () => undefined)
  })
  server.on('stream', (stream: http2.ServerHttp2Stream) => {
    stream.on('error', () => undefined)
    answer(stream)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const time = new VirtualTime()
  const target = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const channel = new Channel({ target, clock: time.clock, timers: time })
  const dispose = () => {
    channel.close()
    for (const session of sessions) session.destroy()
    server.close()
  }
  return { channel, target, time, sessions, [Symbol.dispose]: dispose }
}

describe('a target', () => {
  it('is a path, or a host and a port', () => {
    assert.deepEqual(parseTarget('unix:/a/b.sock'), { kind: 'unix', path: '/a/b.sock' })
    assert.deepEqual(parseTarget('unix:///a/b.sock'), { kind: 'unix', path: '/a/b.sock' })
    assert.deepEqual(parseTarget('unix:b.sock'), { kind: 'unix', path: 'b.sock' })
    assert.deepEqual(parseTarget('node.example:9001'), {
      kind: 'tcp',
      host: 'node.example',
      port: 9001,
    })
    assert.deepEqual(parseTarget('[::1]:9001'), { kind: 'tcp', host: '::1', port: 9001 })
    for (const text of ['', 'unix:', 'host', 'host:', 'host:70000', 'a/b:1', '::1:5'])
      assert.throws(() => parseTarget(text), CodedError, text)
  })
})

describe('a channel', () => {
  it('fails at once while nobody is there, and asks again later and later', async () => {
    const time = new VirtualTime()
    const target = 'unix:/nonexistent/wadi.sock'
    const channel = new Channel({ target, clock: time.clock, timers: time })
    const error = await channel.unary(ECHO, ONE).catch((reason: unknown) => reason)
    assert.match(
      (error as Error).message,
      /^grpc: cannot reach unix:\/nonexistent\/wadi\.sock: .*ENOENT/,
    )
    let waitMs = RECONNECT_MS_MIN
    for (let i = 0; i < 10; i++) {
      time.advance(waitMs - 1)
      assert.equal(await reasonOf(channel.unary(ECHO, ONE)), 'grpc.unavailable')
      assert.equal(time.pending, 1)
      time.advance(1)
      assert.equal(time.pending, 0)
      assert.equal(await reasonOf(channel.unary(ECHO, ONE)), 'grpc.unavailable')
      waitMs = Math.min(2 * waitMs, RECONNECT_MS_MAX)
    }
    channel.close()
    assert.equal(await reasonOf(channel.unary(ECHO, ONE)), 'grpc.unavailable')
  })

  it('waits for a server that is not there yet, where that is asked', async () => {
    await using test = new TestServer()
    const { clock } = test.time
    const options = { target: `unix:${test.path}`, clock, timers: test.time }
    const channel = new Channel(options)
    assert.equal(await reasonOf(channel.unary(ECHO, ONE)), 'grpc.unavailable')
    const patient = channel.unary(ECHO, ONE, { whenAway: 'wait' })
    const late = channel.unary(ECHO, ONE, { whenAway: 'wait', timeoutMs: RECONNECT_MS_MIN - 1 })
    const server = await GrpcServer.listen(test.options())
    test.time.advance(RECONNECT_MS_MIN - 1)
    assert.equal(await reasonOf(late), 'grpc.deadlineExceeded')
    test.time.advance(1)
    assert.deepEqual(new Uint8Array(await patient), ONE)
    assert.equal(channel.inFlight, 0)
    channel.close()
    await server.close(1000)
  })

  it('does not go on to connect when nobody waits any more', async () => {
    const time = new VirtualTime()
    const target = 'unix:/nonexistent/wadi.sock'
    const channel = new Channel({ target, clock: time.clock, timers: time })
    assert.equal(await reasonOf(channel.unary(ECHO, ONE)), 'grpc.unavailable')
    const late = channel.unary(ECHO, ONE, { whenAway: 'wait', timeoutMs: RECONNECT_MS_MIN - 1 })
    time.advance(RECONNECT_MS_MIN - 1)
    assert.equal(await reasonOf(late), 'grpc.deadlineExceeded')
    time.advance(1)
    assert.equal(time.pending, 0)
    channel.close()
  })

  it('connects anew when the server was away', async () => {
    const test = await TestServer.start()
    const channel = test.channel()
    await channel.unary(ECHO, ONE)
    await test.server.close(1000)
    assert.equal(await reasonOf(channel.unary(ECHO, ONE)), 'grpc.unavailable')
    const again = await GrpcServer.listen(test.options())
    test.time.advance(RECONNECT_MS_MIN)
    assert.deepEqual(new Uint8Array(await channel.unary(ECHO, ONE)), ONE)
    channel.close()
    await again.close(1000)
    await test[Symbol.asyncDispose]()
  })

  it('has so many calls under way, and not one more', async () => {
    await using test = await TestServer.start()
    const channel = test.channel({ limits: { callsInFlight: 2 } })
    const client = createClient(channel, Test)
    const calls = [client.Wait(), client.Wait()]
    await test.service.until(() => test.service.calls.length === 2)
    assert.equal(await reasonOf(client.Nothing()), 'grpc.resourceExhausted')
    for (const end of test.service.waiting) end()
    await Promise.all(calls)
    assert.equal(channel.inFlight, 0)
    await client.Nothing()
  })

  it('tells the server how long a call may take, and gives it up then', async () => {
    await using test = await TestServer.start()
    const client = createClient(test.channel(), Test)
    const answer = reasonOf(client.Wait(undefined, { timeoutMs: 5000 }))
    await test.service.until(() => test.service.calls.length === 1)
    assert.equal(test.service.calls[0]!.header('grpc-timeout'), '5000m')
    test.time.advance(5000)
    assert.equal(await answer, 'grpc.deadlineExceeded')
  })

  it('has waited too long where the server was the first to say so', async () => {
    let nowMs = 0
    using odd = await oddServer((stream) => {
      nowMs += 20
      stream.close(http2.constants.NGHTTP2_CANCEL)
    })
    const { target } = odd
    const clock = { unixMs: () => nowMs, monotonicMs: () => nowMs }
    const channel = new Channel({ target, clock, timers: odd.time })
    const reasonWithin = (timeoutMs: number) => reasonOf(channel.unary(ECHO, ONE, { timeoutMs }))
    assert.equal(await reasonWithin(20), 'grpc.deadlineExceeded')
    assert.equal(await reasonWithin(21), 'grpc.canceled')
    channel.close()
  })

  it('does not begin a call that is canceled already', async () => {
    await using test = await TestServer.start()
    const client = createClient(test.channel(), Test)
    assert.equal(
      await reasonOf(client.Nothing(undefined, { signal: AbortSignal.abort() })),
      'grpc.canceled',
    )
    assert.equal(test.server.connectionCount, 0)
  })

  it('reads a stream no faster than its program does', async () => {
    await using test = await TestServer.start({}, { queueCount: 4 })
    const client = createClient(test.channel({ limits: { unreadBytes: 1000 } }), Test)
    const answers = client.Watch()
    await test.service.until(() => test.service.streams.length === 1)
    const [stream] = test.service.streams
    let sent = 0
    while (stream!.send(new Uint8Array(3_000_000))) sent++
    assert.ok(sent <= 5)
    let read = 0
    const counting = (async () => {
      for await (const _answer of answers) read++
    })()
    assert.equal(await reasonOf(counting), 'grpc.resourceExhausted')
    assert.ok(read >= 1 && read <= sent)
  })

  it('sends a call again that the server has refused to look at, once', async () => {
    let count = 0
    using odd = await oddServer((stream) => {
      count++
      stream.close(http2.constants.NGHTTP2_REFUSED_STREAM)
    })
    assert.equal(await reasonOf(odd.channel.unary(ECHO, ONE)), 'grpc.unavailable')
    assert.equal(count, 2)
  })

  it('understands servers that are none of gRPC', async () => {
    const answers: Readonly<Record<string, (stream: http2.ServerHttp2Stream) => void>> = {
      'grpc.unimplemented': (stream) => stream.respond({ ':status': 404 }, { endStream: true }),
      'grpc.unavailable': (stream) => stream.respond({ ':status': 503 }, { endStream: true }),
      'grpc.unknown': (stream) => {
        stream.respond({ ':status': 200, 'content-type': 'text/html' })
        stream.end('hello')
      },
      'grpc.permissionDenied': (stream) => stream.respond({ ':status': 403 }, { endStream: true }),
    }
    for (const [reason, answer] of Object.entries(answers)) {
      using odd = await oddServer(answer)
      assert.equal(await reasonOf(odd.channel.unary(ECHO, ONE)), reason)
    }
  })

  it('understands answers that are cut off, malformed, or not there', async () => {
    const grpc = { ':status': 200, 'content-type': 'application/grpc' }
    const ok = { 'grpc-status': '0' }
    const answer = (body: Uint8Array) => (stream: http2.ServerHttp2Stream) => {
      stream.respond(grpc, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers(ok))
      stream.end(body)
    }
    const cases = [
      [answer(new Uint8Array(0)), 'grpc.internal'],
      [answer(frameOf(new Uint8Array(9)).subarray(0, 7)), 'grpc.internal'],
      [answer(Uint8Array.of(0, 255, 255, 255, 255)), 'grpc.resourceExhausted'],
      [answer(Uint8Array.of(9, 0, 0, 0, 0)), 'grpc.internal'],
      [
        (stream: http2.ServerHttp2Stream) => {
          stream.respond(grpc)
          stream.close(http2.constants.NGHTTP2_ENHANCE_YOUR_CALM)
        },
        'grpc.resourceExhausted',
      ],
      [(stream: http2.ServerHttp2Stream) => void stream.session?.destroy(), 'grpc.unavailable'],
      [
        (stream: http2.ServerHttp2Stream) => {
          stream.respond(grpc)
          stream.end()
        },
        'grpc.unavailable',
      ],
    ] as const
    for (const [odd, reason] of cases) {
      using server = await oddServer(odd)
      assert.equal(await reasonOf(server.channel.unary(ECHO, ONE)), reason)
    }
  })
})
