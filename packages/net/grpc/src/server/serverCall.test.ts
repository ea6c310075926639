import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BugError } from '@wadi/base/errors'
import { MetricsRegistry } from '@wadi/base/metrics'
import { formatMetrics } from '@wadi/base/prometheusText'
import { createClient } from '../client/createClient.ts'
import { type Codec, nothing } from '../codec.ts'
import { frameOf } from '../frames.ts'
import { LINGERING_MS_MAX } from '../limits.ts'
import { countClients, countServers } from '../metrics.ts'
import { serverStream, service } from '../service.ts'
import { STATUS, statusError } from '../status.ts'
import { answerOf, RawClient } from '../testing/rawClient.ts'
import { Test, TestServer } from '../testing/testServer.ts'
import { implement, type ServerStream } from './implement.ts'

const NIL = frameOf(Uint8Array.of(0xf6))
const WATCH = '/oasis-core.Test/Watch'

const reasonOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'answered',
    (error: { reason?: string }) => error.reason,
  )

/** A stream of the server whose client has stopped to read. */
async function slowStream(test: TestServer, client: RawClient) {
  const stream = client.begin(WATCH)
  stream.end(NIL)
  stream.pause()
  const { service } = test
  const count = service.streams.length
  await service.until(() => service.streams.length > count)
  return { stream, answers: service.streams[count]! }
}

describe('a call', () => {
  it('that answers nothing sends a message without bytes', async () => {
    await using test = await TestServer.start()
    using client = new RawClient({ path: test.path })
    const { headers, body } = await client.ask(
      '/oasis-core.Test/Nothing',
      frameOf(new Uint8Array(0)),
    )
    assert.equal(headers['grpc-status'], String(STATUS.ok))
    assert.deepEqual([...body], [0, 0, 0, 0, 0])
  })

  it('ends when its time is over, and its handler is told', async () => {
    await using test = await TestServer.start()
    using client = new RawClient({ path: test.path })
    const stream = client.begin('/oasis-core.Test/Wait', { 'grpc-timeout': '5S' })
    stream.end(NIL)
    const { service, time } = test
    await service.until(() => service.calls.length === 1)
    time.advance(4999)
    assert.equal(service.calls[0]!.signal.aborted, false)
    const answer = answerOf(stream)
    time.advance(1)
    assert.equal(service.calls[0]!.signal.aborted, true)
    const { headers } = await answer
    assert.equal(headers['grpc-status'], String(STATUS.deadlineExceeded))
    assert.equal(headers['grpc-message'], 'context deadline exceeded')
    // What the handler has to say after that is not wanted.
    service.waiting[0]!()
    assert.deepEqual(test.failures, [])
  })

  it('tells its handler when the client gives it up, or vanishes', async () => {
    await using test = await TestServer.start()
    const { service } = test
    const client = createClient(test.channel(), Test)
    const abort = new AbortController()
    const answer = reasonOf(client.Wait(undefined, { signal: abort.signal }))
    await service.until(() => service.calls.length === 1)
    abort.abort()
    assert.equal(await answer, 'grpc.canceled')
    await service.until(() => service.calls[0]!.signal.aborted)

    const raw = new RawClient({ path: test.path })
    raw.begin('/oasis-core.Test/Wait').end(NIL)
    await service.until(() => service.calls.length === 2)
    raw[Symbol.dispose]()
    await service.until(() => service.calls[1]!.signal.aborted)
    assert.equal(test.server.heldBytes, 0)
  })

  it('that fails by a bug of ours tells the owner, and the client no more than that', async () => {
    await using test = await TestServer.start()
    const client = createClient(test.channel(), Test)
    const bug = new BugError('the secret of the state')
    test.service.failures['bug'] = () => bug
    const error = await client.Fail('bug').catch((reason: Error) => reason)
    assert.equal((error as Error).message, 'internal error')
    assert.deepEqual(test.failures, [bug])
  })

  it('is let in, or not, before anything of it is read', async () => {
    const asked: string[] = []
    await using test = await TestServer.start({
      authorize: ({ path, peer, header }) => {
        asked.push(`${path} ${peer.kind} ${header('x-who')}`)
        if (path.endsWith('/Fail')) throw statusError('permissionDenied', 'not you')
      },
    })
    const client = createClient(test.channel(), Test)
    assert.equal(await reasonOf(client.Fail('x')), 'grpc.permissionDenied')
    await client.Nothing(undefined, { headers: { 'x-who': 'me' } })
    assert.deepEqual(asked, [
      '/oasis-core.Test/Fail unix undefined',
      '/oasis-core.Test/Nothing unix me',
    ])
  })

  it('is counted under the names of the reference, if it is known', async () => {
    const registry = new MetricsRegistry()
    await using test = await TestServer.start({ observer: countServers(registry) })
    const client = createClient(test.channel({ observer: countClients(registry) }), Test)
    await client.Nothing()
    await reasonOf(client.Missing())
    using raw = new RawClient({ path: test.path })
    await raw.ask('/oasis-core.Test/Made-up', NIL)
    const answers = client.Watch()
    await test.service.until(() => test.service.streams.length === 1)
    test.service.streams[0]!.send(Uint8Array.of(1))
    test.service.streams[0]!.end()
    for await (const _answer of answers);
    const text = formatMetrics(registry.collect())
    const lines = text.split('\n').filter((line) => line.startsWith('oasis_grpc_server'))
    const calls = lines.filter((line) => line.startsWith('oasis_grpc_server_calls'))
    assert.deepEqual(calls, [
      'oasis_grpc_server_calls{call="/oasis-core.Test/Nothing"} 1',
      'oasis_grpc_server_calls{call="/oasis-core.Test/Missing"} 1',
      'oasis_grpc_server_calls{call="/oasis-core.Test/Watch"} 1',
    ])
    assert.ok(lines.includes(`oasis_grpc_server_stream_writes{call="${WATCH}"} 1`))
    assert.ok(lines.includes(`oasis_grpc_server_latency_count{call="${WATCH}"} 1`))
    assert.ok(text.includes('oasis_grpc_client_calls{call="/oasis-core.Test/Nothing"} 1'))
  })
})

describe('a stream', () => {
  it('ends with the error of its service', async () => {
    await using test = await TestServer.start()
    const client = createClient(test.channel(), Test)
    assert.equal(await reasonOf(client.FailWatching().next()), 'grpc.unknown')
    const answers = client.Watch()
    await test.service.until(() => test.service.streams.length === 1)
    test.service.streams[0]!.send(Uint8Array.of(1))
    test.service.streams[0]!.fail(statusError('dataLoss', 'it is gone'))
    assert.deepEqual((await answers.next()).value, Uint8Array.of(1))
    assert.equal(await reasonOf(answers.next()), 'grpc.dataLoss')
    assert.deepEqual(await answers.next(), { done: true, value: undefined })
    assert.equal(test.service.released, 1)
    assert.equal(test.service.streams[0]!.send(Uint8Array.of(1)), false)
  })

  it('lets go of what it held when the client leaves the loop, or vanishes', async () => {
    await using test = await TestServer.start()
    const { service } = test
    const client = createClient(test.channel(), Test)
    const answers = client.Watch()
    await service.until(() => service.streams.length === 1)
    service.streams[0]!.send(Uint8Array.of(1))
    for await (const _answer of answers) break
    await service.until(() => service.released === 1)
    const raw = new RawClient({ path: test.path })
    await slowStream(test, raw)
    raw[Symbol.dispose]()
    await service.until(() => service.released === 2)
    assert.equal(service.streams[1]!.send(Uint8Array.of(1)), false)
    assert.equal(service.streams[1]!.signal.aborted, true)
    assert.equal(test.server.heldBytes, 0)
  })

  it('whose client is too slow has so much waiting, and then ends with an error', async () => {
    const limits = { queueCount: 20, lingeringMs: LINGERING_MS_MAX }
    await using test = await TestServer.start({}, limits)
    using client = new RawClient({ path: test.path })
    const { stream, answers } = await slowStream(test, client)
    // So large that the first is on its way for as long as nobody reads it.
    const message = new Uint8Array(200_000)
    let sent = 0
    while (answers.send(message)) sent++
    assert.equal(sent, 1 + limits.queueCount)
    assert.equal(test.service.released, 1)
    // Only what is on its way is still held.
    assert.ok(test.server.heldBytes <= 200_010)
    const answer = answerOf(stream)
    stream.resume()
    const { headers, body } = await answer
    assert.equal(headers['grpc-status'], String(STATUS.resourceExhausted))
    assert.equal(headers['grpc-message'], 'grpc: the client is too slow for the stream')
    assert.equal(body.length, 200_010)
    assert.equal(test.server.heldBytes, 0)
  })

  it('whose end nobody takes is cut off after LINGERING_MS_MAX', async () => {
    await using test = await TestServer.start()
    using client = new RawClient({ path: test.path })
    const { answers } = await slowStream(test, client)
    answers.send(new Uint8Array(200_000))
    answers.end()
    test.time.advance(LINGERING_MS_MAX - 1)
    assert.ok(test.server.heldBytes > 0)
    test.time.advance(1)
    assert.equal(test.server.heldBytes, 0)
  })

  it('that holds the most is ended when all together hold too much', async () => {
    await using test = await TestServer.start({}, { heldBytes: 1_000_000 })
    using client = new RawClient({ path: test.path })
    const most = await slowStream(test, client)
    const less = await slowStream(test, client)
    const reset = answerOf(most.stream)
    for (let i = 0; i < 3; i++) assert.ok(most.answers.send(new Uint8Array(200_000)))
    for (let i = 0; i < 2; i++) assert.ok(less.answers.send(new Uint8Array(150_000)))
    assert.equal(test.service.released, 0)
    assert.ok(less.answers.send(new Uint8Array(150_000)))
    assert.equal(test.service.released, 1)
    assert.notEqual((await reset).reset, 0)
    assert.equal(most.answers.send(Uint8Array.of(1)), false)
    // The one that holds the most is the one that asks now.
    while (less.answers.send(new Uint8Array(200_000)));
    assert.equal(test.service.released, 2)
  })

  it('encodes once what it tells to many', async () => {
    let encoded = 0
    const codec: Codec<readonly [number]> = {
      encode: ([byte]) => {
        encoded++
        return Uint8Array.of(byte)
      },
      decode: ([byte]) => [byte ?? 0],
    }
    const Numbers = service('oasis-core.Numbers', { Watch: serverStream(nothing, codec) })
    const streams: ServerStream<readonly [number]>[] = []
    const begun = implement(Numbers, {
      Watch: (_request, stream) => {
        streams.push(stream)
        return () => undefined
      },
    })
    await using test = await TestServer.start({ implementations: [begun] })
    const client = createClient(test.channel(), Numbers)
    const watchers = [client.Watch(), client.Watch(), client.Watch()]
    const heard = Promise.all(
      watchers.map(async (answers) => [await answers.next(), await answers.next()]),
    )
    while (streams.length < 3) await new Promise((resolve) => setImmediate(resolve))
    for (const number of [[1], [2]] as const) for (const stream of streams) stream.send(number)
    for (const results of await heard)
      assert.deepEqual(
        results.map(({ value }) => value),
        [[1], [2]],
      )
    assert.equal(encoded, 2)
  })

  it('that cannot say what it is told ends, and whoever told it does not notice', async () => {
    await using test = await TestServer.start()
    const client = createClient(test.channel(), Test)
    const answers = client.Watch()
    await test.service.until(() => test.service.streams.length === 1)
    assert.equal(test.service.streams[0]!.send(undefined as never), false)
    assert.equal(await reasonOf(answers.next()), 'grpc.internal')
    assert.equal(test.failures.length, 1)
    assert.equal(test.service.released, 1)
  })

  it('can wait for its client', async () => {
    await using test = await TestServer.start({}, { queueCount: 1 })
    const client = createClient(test.channel(), Test)
    const answers = client.Watch()
    await test.service.until(() => test.service.streams.length === 1)
    const [stream] = test.service.streams
    const sending = (async () => {
      for (let i = 0; i < 50; i++) {
        assert.ok(stream!.send(new Uint8Array(100_000).fill(i)))
        await stream!.drained()
      }
      stream!.end()
    })()
    let count = 0
    for await (const answer of answers) assert.equal(answer[0], count++)
    assert.equal(count, 50)
    await sending
    await stream!.drained()
  })
})
