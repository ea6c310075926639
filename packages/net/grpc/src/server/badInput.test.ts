import assert from 'node:assert/strict'
import { constants } from 'node:http2'
import { connect } from 'node:net'
import { describe, it } from 'node:test'
import { concatBytes, toUtf8 } from '@wadi/base/bytes'
import fc from 'fast-check'
import { frameOf } from '../frames.ts'
import {
  FRAME_HEAD_BYTES,
  HEADER_BYTES_MAX,
  HEADER_COUNT_MAX,
  OPENING_MS_MAX,
  RECEIVING_MS_MAX,
} from '../limits.ts'
import { STATUS } from '../status.ts'
import { answerOf, type RawAnswer, RawClient } from '../testing/rawClient.ts'
import { TestServer } from '../testing/testServer.ts'
import type { GrpcServerOptions, ServerLimits } from './options.ts'

const ECHO = '/oasis-core.Test/Echo'
const WEB: GrpcServerOptions['listen'] = {
  kind: 'tcp',
  host: '127.0.0.1',
  port: 0,
  web: { origins: [] },
}

/** A server and a client that may send anything. */
async function start(limits: Partial<ServerLimits> = {}) {
  const test = await TestServer.start({}, limits)
  const client = new RawClient({ path: test.path })
  const dispose = async () => {
    client[Symbol.dispose]()
    await test[Symbol.asyncDispose]()
  }
  return { test, client, [Symbol.asyncDispose]: dispose }
}

const said = ({ headers }: RawAnswer) => [
  Number(headers['grpc-status']),
  headers['grpc-message'] ?? '',
]

describe('bad input', () => {
  it('malformed frame: what ends within a message, or has no message, is an error', async () => {
    await using it = await start()
    const cut = frameOf(new Uint8Array(10)).subarray(0, 12)
    assert.deepEqual(said(await it.client.ask(ECHO, cut)), [STATUS.internal, 'unexpected EOF'])
    const half = Uint8Array.of(0, 0)
    assert.deepEqual(said(await it.client.ask(ECHO, half)), [STATUS.internal, 'unexpected EOF'])
    assert.deepEqual(said(await it.client.ask(ECHO, new Uint8Array(0))), [STATUS.internal, 'EOF'])
  })

  it('malformed frame: a flag that nobody has is an error', async () => {
    await using it = await start()
    assert.deepEqual(said(await it.client.ask(ECHO, frameOf(Uint8Array.of(1), 2))), [
      STATUS.internal,
      'grpc: received unexpected payload format 2',
    ])
  })

  it('two messages: a request is one', async () => {
    await using it = await start()
    const one = frameOf(Uint8Array.of(1))
    const [code] = said(await it.client.ask(ECHO, concatBytes(one, one)))
    assert.equal(code, STATUS.internal)
  })

  it('oversized message: is refused by its head, before it has come', async () => {
    await using it = await start({ messageBytes: 1000 })
    const full = await it.client.ask(ECHO, frameOf(new Uint8Array(1000)))
    assert.deepEqual(said(full), [STATUS.ok, ''])
    assert.deepEqual(Object.keys(full.headers).sort(), ['content-type', 'grpc-status'])
    const stream = it.client.begin(ECHO)
    stream.write(frameOf(new Uint8Array(1001)).subarray(0, FRAME_HEAD_BYTES))
    assert.deepEqual(said(await answerOf(stream)), [
      STATUS.resourceExhausted,
      'grpc: received message larger than max (1001 vs. 1000)',
    ])
  })

  it('malformed CBOR: is an error of the request', async () => {
    await using it = await start()
    for (const bytes of [[0xff], [0x9f], [0xa1], [0x01]]) {
      const answer = await it.client.ask('/oasis-core.Test/Fail', frameOf(Uint8Array.from(bytes)))
      const [code, message] = said(answer)
      assert.equal(code, STATUS.internal)
      assert.match(String(message), /^grpc: error unmarshalling request: cbor: /)
    }
  })

  it('compressed: neither a flag nor an encoding is taken', async () => {
    await using it = await start()
    const flagged = frameOf(Uint8Array.of(1), 1)
    assert.deepEqual(said(await it.client.ask(ECHO, flagged)), [
      STATUS.internal,
      'grpc: compressed flag set with identity or empty encoding',
    ])
    const answer = await it.client.ask(ECHO, flagged, { 'grpc-encoding': 'gzip' })
    assert.deepEqual(said(answer), [
      STATUS.unimplemented,
      'grpc: Decompressor is not installed for grpc-encoding "gzip"',
    ])
  })

  it('wrong content type: is no request of gRPC', async () => {
    await using it = await start()
    const types = ['application/json', '', 'application/grpcx', 'application/grpc-web', 'text/html']
    for (const type of types) {
      const answer = await it.client.ask(ECHO, frameOf(Uint8Array.of(1)), { 'content-type': type })
      assert.equal(answer.httpStatus, 415)
      assert.equal(said(answer)[0], STATUS.invalidArgument)
    }
    for (const type of ['application/grpc', 'application/grpc+cbor', 'Application/gRPC; a=b']) {
      const answer = await it.client.ask(ECHO, frameOf(Uint8Array.of(1)), { 'content-type': type })
      assert.equal(said(answer)[0], STATUS.ok)
    }
  })

  it('wrong HTTP method: is no request of gRPC', async () => {
    await using it = await start()
    const answer = await it.client.ask(ECHO, new Uint8Array(0), { ':method': 'PUT' })
    assert.equal(answer.httpStatus, 405)
    assert.equal(said(answer)[0], STATUS.internal)
  })

  it('unknown method, unknown service, malformed path: say what is unknown', async () => {
    await using it = await start()
    const ask = async (path: string) => said(await it.client.ask(path, frameOf(Uint8Array.of(1))))
    assert.deepEqual(await ask('/oasis-core.Test/Nope'), [
      STATUS.unimplemented,
      'unknown method Nope for service oasis-core.Test',
    ])
    assert.deepEqual(await ask('/oasis-core.Other/Echo'), [
      STATUS.unimplemented,
      'unknown service oasis-core.Other',
    ])
    assert.deepEqual(await ask('/Echo'), [STATUS.unimplemented, 'malformed method name: "/Echo"'])
    assert.deepEqual(await ask('/oasis-core.Test/constructor'), [
      STATUS.unimplemented,
      'unknown method constructor for service oasis-core.Test',
    ])
  })

  it('malformed timeout: is an error of the request', async () => {
    await using it = await start()
    const answer = await it.client.ask(ECHO, frameOf(Uint8Array.of(1)), { 'grpc-timeout': '1h' })
    assert.deepEqual(said(answer), [STATUS.internal, 'malformed grpc-timeout: "1h"'])
  })

  it('too many header fields, or too long ones: the request is cut off', async () => {
    await using it = await start()
    const fields = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`x-${i}`, 'y']))
    const frame = frameOf(Uint8Array.of(1))
    // The four of HTTP/2 and the content type are fields, too.
    const full = await it.client.ask(ECHO, frame, fields(HEADER_COUNT_MAX - 5))
    assert.equal(said(full)[0], STATUS.ok)
    const many = await it.client.ask(ECHO, frame, fields(HEADER_COUNT_MAX - 4))
    assert.equal(many.reset, constants.NGHTTP2_ENHANCE_YOUR_CALM)
    using another = new RawClient({ path: it.test.path })
    // What a client may send is known to it, and holds, after its first request.
    await another.ask(ECHO, frame)
    const long = await another.ask(ECHO, frame, { x: 'y'.repeat(HEADER_BYTES_MAX) })
    assert.equal(long.httpStatus, undefined)
    using third = new RawClient({ path: it.test.path })
    assert.equal(said(await third.ask(ECHO, frame))[0], STATUS.ok)
  })

  it('slow body: is given up after RECEIVING_MS_MAX, and holds nothing any more', async () => {
    await using it = await start()
    const stream = it.client.begin(ECHO)
    stream.write(frameOf(new Uint8Array(100_000)).subarray(0, 50_000))
    while (it.test.server.heldBytes === 0) await it.client.ask(ECHO, frameOf(Uint8Array.of(1)))
    it.test.time.advance(RECEIVING_MS_MAX - 1)
    assert.ok(it.test.server.heldBytes > 0)
    const answer = answerOf(stream)
    it.test.time.advance(1)
    assert.deepEqual(said(await answer), [
      STATUS.deadlineExceeded,
      'grpc: the request did not arrive in time',
    ])
    assert.equal(it.test.server.heldBytes, 0)
  })

  it('slow headers: a connection that does not begin ends after OPENING_MS_MAX', async () => {
    for (const listen of [undefined, WEB]) {
      await using test = await TestServer.start(listen === undefined ? {} : { listen })
      const { port } = test.server
      const socket = port === 0 ? connect(test.path) : connect(port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.resume()
      const closed = new Promise<void>((resolve) => {
        socket.on('close', () => resolve())
      })
      socket.write(port === 0 ? 'PRI * HT' : 'POST /x HTTP/1.1\r\nHost: x\r\nX-A: ')
      await new Promise((resolve) => socket.on('connect', resolve))
      using other = new RawClient(port === 0 ? { path: test.path } : { host: '127.0.0.1', port })
      while (test.server.connectionCount < 2) await other.ask(ECHO, frameOf(Uint8Array.of(1)))
      await other.ask(ECHO, frameOf(Uint8Array.of(1)))
      test.time.advance(OPENING_MS_MAX - 1)
      assert.equal(test.server.connectionCount, 2)
      test.time.advance(1)
      await closed
      assert.equal(said(await other.ask(ECHO, frameOf(Uint8Array.of(1))))[0], STATUS.ok)
    }
  })

  it('calls that are canceled as fast as they are made: leave nothing, and harm nobody', async () => {
    await using it = await start()
    using other = new RawClient({ path: it.test.path })
    await other.ask(ECHO, frameOf(Uint8Array.of(1)))
    const flood = async () => {
      for (let i = 0; i < 3000 && !it.client.session.closed; i++) {
        const stream = it.client.begin('/oasis-core.Test/Watch')
        stream.end(frameOf(Uint8Array.of(0xf6)))
        stream.close(constants.NGHTTP2_CANCEL)
        if (i % 100 === 99) await other.ask(ECHO, frameOf(Uint8Array.of(1)))
      }
    }
    await flood()
    it.client[Symbol.dispose]()
    const { service, server } = it.test
    while (server.connectionCount > 1) await other.ask(ECHO, frameOf(Uint8Array.of(1)))
    assert.equal(service.released, service.streams.length)
    assert.equal(server.heldBytes, 0)
    assert.deepEqual(it.test.failures, [])
  })

  it('any bytes at all: a request ends with a status, whatever it holds', async () => {
    await using test = await TestServer.start({ listen: WEB })
    using client = new RawClient({ host: '127.0.0.1', port: test.server.port })
    const types = ['application/grpc', 'application/grpc-web', 'application/grpc-web-text']
    const head = fc.uint8Array({ minLength: 5, maxLength: 5 })
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.tuple(head, fc.uint8Array({ maxLength: 60 })).map(([first, rest]) => {
        const small = Uint8Array.of(first[0]! & 1, 0, 0, 0, first[4]! & 63)
        return concatBytes(small, rest)
      }),
    )
    const methods = fc.constantFrom('Echo', 'Greet', 'Fail', 'FailWatching', 'Nothing')
    await fc.assert(
      fc.asyncProperty(methods, fc.constantFrom(...types), body, async (method, type, bytes) => {
        const headers = { 'content-type': type }
        const answer = await client.ask(`/oasis-core.Test/${method}`, bytes, headers)
        assert.equal(answer.httpStatus, 200)
        const isWeb = type !== 'application/grpc'
        assert.ok(isWeb ? answer.body.length > 0 : 'grpc-status' in answer.headers)
      }),
    )
    assert.deepEqual(test.failures, [])
    assert.equal(test.server.heldBytes, 0)
  })

  it('no HTTP at all: the connection ends, and others do not notice', async () => {
    await using it = await start()
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 24, maxLength: 100 }), async (bytes) => {
        const socket = connect(it.test.path)
        socket.on('error', () => undefined)
        const closed = new Promise((resolve) => socket.on('close', resolve))
        socket.resume()
        socket.end(bytes)
        await closed
      }),
      { numRuns: 20 },
    )
    const answer = await it.client.ask(ECHO, frameOf(toUtf8('still here')))
    assert.equal(said(answer)[0], STATUS.ok)
    assert.deepEqual(it.test.failures, [])
  })
})
