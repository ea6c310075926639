import assert from 'node:assert/strict'
import { type AddressInfo, connect, createServer, Socket } from 'node:net'
import { describe, it } from 'node:test'
import { Channel } from '../client/channel.ts'
import { createClient } from '../client/createClient.ts'
import { frameOf } from '../frames.ts'
import { IDLE_MS_MAX, KEEPALIVE_MS, PINGS_IN_VAIN_MAX, QUIET_MS_MAX } from '../limits.ts'
import { STATUS } from '../status.ts'
import { RawClient } from '../testing/rawClient.ts'
import { Test, TestServer } from '../testing/testServer.ts'
import type { CallerBounds, GrpcServerOptions } from './options.ts'

const ECHO = '/oasis-core.Test/Echo'
const FRAME = frameOf(Uint8Array.of(1))

/** A server of which one caller may have so much. */
function sharesOf(bounds: Omit<CallerBounds, 'nameOf'>): Partial<GrpcServerOptions> {
  return {
    listen: { kind: 'tcp', host: '127.0.0.1', port: 0 },
    callers: { ...bounds, nameOf: (address) => address },
  }
}

const place = ({ server }: TestServer) => ({ host: '127.0.0.1', port: server.port })

function closed(socket: Socket): Promise<void> {
  socket.on('error', () => undefined)
  socket.resume()
  return new Promise((resolve) => {
    socket.on('close', () => resolve())
  })
}

/** A way to a server that can vanish: then nothing gets through, and no end is told. */
async function openTunnel(to: { host: string; port: number }) {
  const ends: Socket[] = []
  const tunnel = createServer((near) => {
    const far = connect(to)
    ends.push(near, far)
    for (const end of [near, far]) end.on('error', () => undefined)
    near.pipe(far).pipe(near)
  })
  await new Promise<void>((resolve) => tunnel.listen(0, '127.0.0.1', resolve))
  return {
    place: { host: '127.0.0.1', port: (tunnel.address() as AddressInfo).port },
    vanish: () => {
      for (const end of ends) end.unpipe().pause()
    },
    [Symbol.dispose]: () => {
      for (const end of ends) end.destroy()
      tunnel.close()
    },
  }
}

const ANY_PORT = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const

/** When the server has read all that the client has sent until now. */
function heard({ session }: RawClient): Promise<void> {
  return new Promise((resolve, reject) => {
    session.ping((error) => (error === null ? resolve() : reject(error)))
  })
}

describe('a client with a call that says nothing', () => {
  it('is let go when it has vanished', async () => {
    await using test = await TestServer.start({ listen: ANY_PORT })
    using tunnel = await openTunnel(place(test))
    using vanishing = new RawClient(tunnel.place)
    vanishing.begin('/oasis-core.Test/Wait').end(FRAME)
    await test.service.until(() => test.service.calls.length === 1)
    tunnel.vanish()
    using other = new RawClient(place(test))
    for (let i = 0; i < PINGS_IN_VAIN_MAX; i++) {
      test.time.advance(QUIET_MS_MAX)
      await other.ask(ECHO, FRAME)
    }
    test.time.advance(QUIET_MS_MAX - 1)
    await other.ask(ECHO, FRAME)
    assert.equal(test.server.connectionCount, 2)
    assert.equal(test.service.calls[0]!.signal.aborted, false)
    test.time.advance(1)
    await test.service.until(() => test.service.calls[0]!.signal.aborted)
    await other.ask(ECHO, FRAME)
    assert.equal(test.server.connectionCount, 1)
  })

  it('stays when it answers, however long', async () => {
    await using test = await TestServer.start({ listen: ANY_PORT })
    using quiet = new RawClient(place(test))
    quiet.begin('/oasis-core.Test/Wait').end(FRAME)
    await test.service.until(() => test.service.calls.length === 1)
    for (let i = 0; i < 3 * PINGS_IN_VAIN_MAX; i++) {
      const asked = new Promise((resolve) => {
        quiet.session.once('ping', resolve)
      })
      test.time.advance(QUIET_MS_MAX)
      await asked
      await heard(quiet)
    }
    assert.equal(quiet.session.destroyed, false)
    assert.equal(test.service.calls[0]!.signal.aborted, false)
  })

  it('is not asked any more when its call is over', async () => {
    await using test = await TestServer.start({ listen: ANY_PORT })
    using client = new RawClient(place(test))
    let asked = 0
    client.session.on('ping', () => asked++)
    const answer = client.ask('/oasis-core.Test/Wait', FRAME)
    await test.service.until(() => test.service.calls.length === 1)
    test.service.waiting[0]!()
    await answer
    test.time.advance(IDLE_MS_MAX - 1)
    await heard(client)
    assert.equal(asked, 0)
    assert.equal(client.session.destroyed, false)
  })

  it('is looked for by the system, too, for HTTP/1.1 cannot ask', async (t) => {
    const set = t.mock.method(Socket.prototype, 'setKeepAlive')
    await using test = await TestServer.start({ listen: ANY_PORT })
    using client = new RawClient(place(test))
    await client.ask(ECHO, FRAME)
    assert.deepEqual(
      set.mock.calls.map((call) => call.arguments),
      [[true, KEEPALIVE_MS]],
    )
  })
})

describe('the connections of a server', () => {
  it('end when they were idle for IDLE_MS_MAX, not when a call goes on', async () => {
    await using test = await TestServer.start()
    using idle = new RawClient({ path: test.path })
    using busy = new RawClient({ path: test.path })
    await idle.ask(ECHO, FRAME)
    busy.begin('/oasis-core.Test/Wait').end(FRAME)
    await test.service.until(() => test.service.calls.length === 1)
    test.time.advance(IDLE_MS_MAX - 1)
    assert.equal(test.server.connectionCount, 2)
    test.time.advance(1)
    await idle.closed()
    assert.equal(busy.session.closed, false)
  })

  it('are so many at most: the one that is idle for longest makes room', async () => {
    await using test = await TestServer.start({}, { connections: 3 })
    const clients = [0, 1, 2].map(() => new RawClient({ path: test.path }))
    for (const client of clients) await client.ask(ECHO, FRAME)
    await clients[0]!.ask(ECHO, FRAME)
    assert.equal(test.server.connectionCount, 3)
    using another = new RawClient({ path: test.path })
    await another.ask(ECHO, FRAME)
    await clients[1]!.closed()
    assert.equal(test.server.connectionCount, 3)
    assert.deepEqual(
      clients.map(({ session }) => session.destroyed),
      [false, true, false],
    )
    for (const client of clients) client[Symbol.dispose]()
  })

  it('that say nothing, many more than there may be, do not keep others out', async () => {
    await using test = await TestServer.start({}, { connections: 50 })
    using client = new RawClient({ path: test.path })
    await client.ask(ECHO, FRAME)
    const ends = Array.from({ length: 200 }, () => {
      const socket = connect(test.path)
      return { socket, end: closed(socket) }
    })
    await Promise.all(ends.slice(0, 100).map(({ end }) => end))
    assert.ok(test.server.connectionCount <= 50)
    using late = new RawClient({ path: test.path })
    assert.equal((await late.ask(ECHO, FRAME)).httpStatus, 200)
    for (const { socket } of ends) socket.destroy()
  })

  it('are so many of one caller: the oldest in which nothing goes on makes room', async () => {
    const shares = sharesOf({ connectionsMax: 2, callsMax: 10 })
    await using test = await TestServer.start(shares, { connections: 5 })
    const client = (host: string) => new RawClient({ ...place(test), localAddress: host })
    using busy = client('127.0.0.1')
    busy.begin('/oasis-core.Test/Wait').end(FRAME)
    await test.service.until(() => test.service.calls.length === 1)
    using first = client('127.0.0.1')
    await first.ask(ECHO, FRAME)
    using other = client('127.0.0.2')
    await other.ask(ECHO, FRAME)
    using second = client('127.0.0.1')
    await second.ask(ECHO, FRAME)
    await first.closed()
    assert.deepEqual([busy.session.destroyed, other.session.destroyed], [false, false])
    second.begin('/oasis-core.Test/Wait').end(FRAME)
    await test.service.until(() => test.service.calls.length === 2)
    // All that this caller may have are busy: he gets no other, and others do.
    await closed(connect({ ...place(test), localAddress: '127.0.0.1' }))
    using late = client('127.0.0.2')
    await late.ask(ECHO, FRAME)
    assert.equal(test.server.connectionCount, 4)
  })

  it('that all have calls refuse another', async () => {
    await using test = await TestServer.start({}, { connections: 1 })
    const client = createClient(test.channel(), Test)
    const waiting = client.Wait()
    await test.service.until(() => test.service.calls.length === 1)
    const socket = connect(test.path)
    await closed(socket)
    test.service.waiting[0]!()
    await waiting
  })

  it('have so many calls at a time; others wait', async () => {
    await using test = await TestServer.start({}, { callsPerConnection: 3 })
    const client = createClient(test.channel(), Test)
    // A client knows the bound when the first answer is there.
    await client.Nothing()
    const calls = Array.from({ length: 4 }, () => client.Wait())
    await test.service.until(() => test.service.calls.length === 3)
    test.service.waiting[0]!()
    await test.service.until(() => test.service.calls.length === 4)
    for (const end of test.service.waiting.slice(1)) end()
    await Promise.all(calls)
  })
})

describe('the calls of a server', () => {
  it('are so many of all connections together, and not one more', async () => {
    await using test = await TestServer.start({}, { calls: 4 })
    const clients = [0, 1].map(() => createClient(test.channel(), Test))
    const calls = clients.flatMap((client) => [client.Wait(), client.Wait()])
    await test.service.until(() => test.service.calls.length === 4)
    await assert.rejects(clients[0]!.Nothing(), { reason: 'grpc.resourceExhausted' })
    test.service.waiting[0]!()
    await Promise.race(calls)
    await clients[0]!.Nothing()
    for (const end of test.service.waiting) end()
    await Promise.all(calls)
  })
})

describe('the calls of one caller', () => {
  it('are so many of all his connections together, and not one more', async () => {
    const shares = sharesOf({ connectionsMax: 5, callsMax: 2 })
    await using test = await TestServer.start(shares)
    const client = (host: string) => new RawClient({ ...place(test), localAddress: host })
    const ask = async (one: RawClient) => (await one.ask(ECHO, FRAME)).headers['grpc-status']
    using first = client('127.0.0.1')
    using second = client('127.0.0.1')
    using other = client('127.0.0.2')
    for (const one of [first, second]) one.begin('/oasis-core.Test/Wait').end(FRAME)
    await test.service.until(() => test.service.calls.length === 2)
    assert.equal(await ask(second), String(STATUS.resourceExhausted))
    assert.equal(await ask(other), String(STATUS.ok))
    first[Symbol.dispose]()
    await test.service.until(() => test.service.calls[0]!.signal.aborted)
    assert.equal(await ask(second), String(STATUS.ok))
  })

  it('bear a name that is found out once for each connection', async () => {
    const named: string[] = []
    const nameOf = (address: string) => `caller ${named.push(address)}`
    const shares = sharesOf({ connectionsMax: 5, callsMax: 2 })
    const callers = { ...shares.callers!, nameOf }
    await using test = await TestServer.start({ ...shares, callers })
    using client = new RawClient(place(test))
    for (let i = 0; i < 3; i++) await client.ask(ECHO, FRAME)
    client.begin('/oasis-core.Test/Wait').end(FRAME)
    await test.service.until(() => test.service.calls.length > 0)
    assert.equal(test.service.calls.at(-1)!.peer.caller, 'caller 1')
    assert.deepEqual(named, ['127.0.0.1'])
  })
})

describe('a server that stops', () => {
  it('finishes calls, ends streams, and takes nothing new', async () => {
    const test = await TestServer.start()
    const channel = test.channel()
    const client = createClient(channel, Test)
    const waiting = client.Wait()
    const answers = client.Watch()
    await test.service.until(() => test.service.calls.length + test.service.streams.length === 2)
    const stopped = test.server.close(1000)
    await assert.rejects(answers.next(), { reason: 'grpc.unavailable' })
    assert.equal(test.service.released, 1)
    const { clock } = test.time
    const other = new Channel({ target: `unix:${test.path}`, clock, timers: test.time })
    await assert.rejects(createClient(other, Test).Nothing(), { reason: 'grpc.unavailable' })
    test.service.waiting[0]!()
    await waiting
    await stopped
    assert.equal(test.server.connectionCount, 0)
    other.close()
    await test[Symbol.asyncDispose]()
    assert.equal(test.time.pending, 0)
  })

  it('cuts off what takes longer than it may', async () => {
    await using test = await TestServer.start()
    const client = createClient(test.channel(), Test)
    const waiting = client.Wait().catch((error: { reason: string }) => error.reason)
    await test.service.until(() => test.service.calls.length === 1)
    const stopped = test.server.close(1000)
    test.time.advance(1000)
    await stopped
    assert.equal(await waiting, 'grpc.unavailable')
    await test.service.until(() => test.service.calls[0]!.signal.aborted)
  })
})
