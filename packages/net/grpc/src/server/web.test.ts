import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { describe, it } from 'node:test'
import { concatBytes, parseBase64, parseUtf8, toBase64, toUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { createClient } from '../client/createClient.ts'
import { frameOf } from '../frames.ts'
import { TRAILERS_FLAG } from '../messageReader.ts'
import { errorOf, STATUS } from '../status.ts'
import { unescapeText } from '../statusText.ts'
import { type RawAnswer, RawClient } from '../testing/rawClient.ts'
import { Test, TestServer } from '../testing/testServer.ts'
import type { Origins } from './cors.ts'
import type { ServerLimits } from './options.ts'

const PAGE = 'https://wallet.example'
const ECHO = '/oasis-core.Test/Echo'
const FAIL = '/oasis-core.Test/Fail'
const CODED = frameOf(concatBytes(Uint8Array.of(0x65), toUtf8('coded')))

const start = async (origins: Origins = [PAGE], limits: Partial<ServerLimits> = {}) => {
  const listen = { kind: 'tcp', host: '127.0.0.1', port: 0, web: { origins } } as const
  const test = await TestServer.start({ listen }, limits)
  test.service.failures['coded'] = () =>
    new CodedError('staking', 10, 'staking.balanceTooLow', 'staking: balance too low: ü')
  return test
}

/** One way to send a request: each version of HTTP. */
type Ask = (
  path: string,
  body: Uint8Array,
  headers: Readonly<Record<string, string>>,
) => Promise<Pick<RawAnswer, 'httpStatus' | 'headers' | 'body'>>

const WAYS: Readonly<Record<string, (test: TestServer) => Ask>> = {
  'HTTP/1.1': (test) => async (path, body, headers) => {
    const { ':method': method = 'POST', ...rest } = headers
    const url = `http://127.0.0.1:${test.server.port}${path}`
    const sent = body.length === 0 ? {} : { body }
    const response = await fetch(url, { method, headers: rest, ...sent })
    const answer = new Uint8Array(await response.arrayBuffer())
    const fields = Object.fromEntries(response.headers)
    return { httpStatus: response.status, headers: fields, body: answer }
  },
  'HTTP/2': (test) => async (path, body, headers) => {
    using client = new RawClient({ host: '127.0.0.1', port: test.server.port })
    return await client.ask(path, body, headers)
  },
}

/** Messages and trailers of an answer. */
function parse(body: Uint8Array) {
  const messages: Uint8Array[] = []
  let trailers: Record<string, string> | undefined
  for (let at = 0; at < body.length; ) {
    const view = new DataView(body.buffer, body.byteOffset + at)
    const content = body.subarray(at + 5, at + 5 + view.getUint32(1))
    assert.equal(trailers, undefined, 'nothing comes after the trailers')
    if (body[at] === TRAILERS_FLAG) {
      const lines = parseUtf8(content).trim().split('\r\n')
      trailers = Object.fromEntries(lines.map((line) => line.split(/: (.*)/).slice(0, 2)))
    } else messages.push(Uint8Array.from(content))
    at += 5 + content.length
  }
  assert.ok(trailers !== undefined)
  return { messages, trailers }
}

/** The bytes of segments that each have their own padding. */
function parseSegments(body: Uint8Array): Uint8Array {
  const groups = parseUtf8(body).match(/.{4}/g) ?? []
  return concatBytes(...groups.map((group) => parseBase64(group)))
}

for (const [version, way] of Object.entries(WAYS)) {
  describe(`gRPC-web over ${version}`, () => {
    it('answers in binary', async () => {
      await using test = await start()
      for (const type of ['application/grpc-web', 'application/grpc-web+proto']) {
        const request = new Uint8Array(100_000).fill(3)
        const headers = { 'content-type': type, 'x-grpc-web': '1' }
        const answer = await way(test)(ECHO, frameOf(request), headers)
        assert.deepEqual([answer.httpStatus, answer.headers['content-type']], [200, type])
        const { messages, trailers } = parse(answer.body)
        assert.deepEqual([messages, trailers], [[request], { 'grpc-status': '0' }])
      }
    })

    it('answers in text, to text in one segment or many', async () => {
      await using test = await start()
      const frame = frameOf(Uint8Array.of(1, 2, 3, 4, 5))
      const cut = [frame.subarray(0, 1), frame.subarray(1, 6), frame.subarray(6)]
      for (const text of [toBase64(frame), cut.map((part) => toBase64(part)).join('')]) {
        const headers = { 'content-type': 'application/grpc-web-text', origin: PAGE }
        const answer = await way(test)(ECHO, toUtf8(text), headers)
        assert.equal(answer.headers['content-type'], 'application/grpc-web-text')
        const { messages, trailers } = parse(parseSegments(answer.body))
        assert.deepEqual(messages, [Uint8Array.of(1, 2, 3, 4, 5)])
        assert.deepEqual(trailers, { 'grpc-status': '0' })
      }
    })

    it('tells errors with their details', async () => {
      await using test = await start()
      const headers = { 'content-type': 'application/grpc-web' }
      const { messages, trailers } = parse((await way(test)(FAIL, CODED, headers)).body)
      assert.deepEqual(messages, [])
      const error = errorOf({
        code: Number(trailers['grpc-status']),
        message: unescapeText(trailers['grpc-message']!),
        details: Buffer.from(trailers['grpc-status-details-bin']!, 'base64'),
      })
      assert.ok(error instanceof CodedError)
      assert.deepEqual([error.module, error.code], ['staking', 10])
      assert.equal(error.message, 'staking: balance too low: ü')
    })

    it('refuses bad Base64, and what is unknown', async () => {
      await using test = await start()
      const headers = { 'content-type': 'application/grpc-web-text' }
      const code = async (path: string, body: string) => {
        const answer = await way(test)(path, toUtf8(body), headers)
        return Number(parse(parseSegments(answer.body)).trailers['grpc-status'])
      }
      assert.equal(await code(ECHO, 'AAAAAAF!'), STATUS.internal)
      assert.equal(await code(ECHO, 'AAAAAAF'), STATUS.internal)
      assert.equal(await code(ECHO, 'AAAAAAEB'), STATUS.ok)
      assert.equal(await code('/oasis-core.Test/Nope', 'AAAAAAEB'), STATUS.unimplemented)
    })

    it('tells browsers which pages may call', async () => {
      await using test = await start()
      const asks = { ':method': 'OPTIONS', 'access-control-request-method': 'POST' }
      const allowed = await way(test)(ECHO, new Uint8Array(0), { ...asks, origin: PAGE })
      assert.equal(allowed.httpStatus, 204)
      assert.equal(allowed.headers['access-control-allow-origin'], PAGE)
      assert.equal(allowed.headers['access-control-allow-methods'], 'POST')
      assert.equal(
        allowed.headers['access-control-allow-headers'],
        'content-type, x-grpc-web, x-user-agent, grpc-timeout',
      )
      const evil = { ...asks, origin: 'https://evil.example' }
      const refused = await way(test)(ECHO, new Uint8Array(0), evil)
      assert.equal(refused.httpStatus, 403)
      assert.equal(refused.headers['access-control-allow-origin'], undefined)
    })

    it('answers to pages that may call, and to no others', async () => {
      await using test = await start()
      const headers = { 'content-type': 'application/grpc-web', origin: PAGE }
      const answer = await way(test)(ECHO, frameOf(Uint8Array.of(1)), headers)
      assert.equal(answer.headers['access-control-allow-origin'], PAGE)
      assert.equal(
        answer.headers['access-control-expose-headers'],
        'grpc-status, grpc-message, grpc-status-details-bin',
      )
      const evil = { ...headers, origin: 'https://evil.example' }
      const refused = await way(test)(ECHO, frameOf(Uint8Array.of(1)), evil)
      assert.equal(refused.httpStatus, 403)
      await using open = await start(['*'])
      const any = await way(open)(ECHO, frameOf(Uint8Array.of(1)), evil)
      assert.equal(any.headers['access-control-allow-origin'], 'https://evil.example')
    })
  })
}

describe('a port with gRPC-web', () => {
  it('has gRPC, too, and keeps a connection for several requests', async () => {
    await using test = await start()
    assert.equal(await createClient(test.channel(), Test).Nothing(), undefined)
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const headers = { 'content-type': 'application/grpc-web' }
    const options = { agent, port: test.server.port, method: 'POST', path: ECHO, headers }
    for (let i = 0; i < 3; i++) {
      await new Promise<void>((resolve) => {
        const asking = request({ ...options, host: '127.0.0.1' }, (answer) => {
          answer.resume()
          answer.on('end', () => resolve())
        })
        asking.end(frameOf(Uint8Array.of(1)))
      })
    }
    assert.equal(test.server.connectionCount, 2)
    agent.destroy()
  })

  it('takes no gRPC over HTTP/1.1, and tells other visitors what it is not', async () => {
    await using test = await start()
    const ask = WAYS['HTTP/1.1']!(test)
    const grpc = await ask(ECHO, frameOf(Uint8Array.of(1)), { 'content-type': 'application/grpc' })
    assert.equal(grpc.httpStatus, 415)
    assert.equal((await ask('/', new Uint8Array(0), { ':method': 'GET' })).httpStatus, 415)
  })

  it('streams to browsers as it happens, and lets go when they leave', async () => {
    await using test = await start()
    const abort = new AbortController()
    const asking = fetch(`http://127.0.0.1:${test.server.port}/oasis-core.Test/Watch`, {
      method: 'POST',
      headers: { 'content-type': 'application/grpc-web-text' },
      body: toBase64(frameOf(new Uint8Array(0))),
      signal: abort.signal,
    })
    await test.service.until(() => test.service.streams.length === 1)
    const [stream] = test.service.streams
    stream!.send(Uint8Array.of(1))
    const reader = (await asking).body!.getReader()
    const read = async () => parseSegments((await reader.read()).value!)
    assert.deepEqual(await read(), concatBytes(frameOf(Uint8Array.of(0x41, 1))))
    stream!.send(Uint8Array.of(2))
    assert.deepEqual(await read(), concatBytes(frameOf(Uint8Array.of(0x41, 2))))
    abort.abort()
    await test.service.until(() => test.service.released === 1)
    assert.equal(test.server.heldBytes, 0)
  })

  it('takes a greeting that comes byte by byte', async () => {
    await using test = await start()
    const socket = connect(test.server.port, '127.0.0.1')
    socket.setNoDelay(true)
    const head = `POST ${ECHO} HTTP/1.1\r\nHost: x\r\nContent-Type: application/grpc-web\r\n`
    const frame = frameOf(Uint8Array.of(9))
    const whole = concatBytes(toUtf8(`${head}Content-Length: ${frame.length}\r\n\r\n`), frame)
    const answer = new Promise<string>((resolve) => {
      socket.once('data', (bytes: Buffer) => resolve(bytes.toString('latin1')))
    })
    for (const byte of whole) {
      await new Promise<void>((resolve) => {
        socket.write(Uint8Array.of(byte), () => resolve())
      })
    }
    assert.match(await answer, /^HTTP\/1.1 200 OK\r\n/)
    socket.destroy()
  })

  it('has so many calls of a connection at a time, also where requests queue up', async () => {
    await using test = await start([], { callsPerConnection: 3 })
    const frame = frameOf(new Uint8Array(0))
    const head = 'POST /oasis-core.Test/Wait HTTP/1.1\r\nHost: x\r\n'
    const type = 'Content-Type: application/grpc-web\r\n'
    const whole = toUtf8(`${head}${type}Content-Length: ${frame.length}\r\n\r\n`)
    const ask = concatBytes(whole, frame)
    const socket = connect(test.server.port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.resume()
    socket.write(concatBytes(ask, ask, ask))
    await test.service.until(() => test.service.calls.length === 3)
    const closed = new Promise((resolve) => socket.on('close', resolve))
    socket.write(ask)
    await closed
    await test.service.until(() => test.service.calls.every(({ signal }) => signal.aborted))
  })

  it('stops with browsers connected', async () => {
    const test = await start()
    const ask = WAYS['HTTP/1.1']!(test)
    await ask(ECHO, frameOf(Uint8Array.of(1)), { 'content-type': 'application/grpc-web' })
    await test[Symbol.asyncDispose]()
    assert.equal(test.server.connectionCount, 0)
  })
})
