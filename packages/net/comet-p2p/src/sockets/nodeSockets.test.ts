import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { describe, it } from 'node:test'
import { UnavailableError } from '@wadi/base/errors'
import { createLogger, SILENT } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { SeededRandom } from '@wadi/base/random'
import { parseIp, printIp } from '@wadi/primitives/ip'
import { stockDialect } from '@wadi/tendermint/dialect'
import { Network } from '../network/network.ts'
import { ALGORITHMS, DESCRIPTION, ECHO, RecordingReactor, testKey } from '../testing/testNode.ts'
import type { Endpoint, Wire } from './contract.ts'
import { nodeSockets, resolveNetAddress } from './nodeSockets.ts'
import { nodeTimers } from './nodeTimers.ts'

const LOOPBACK: Endpoint = { ip: parseIp('127.0.0.1'), port: 0 }
const clock = { unixMs: () => Date.now(), monotonicMs: () => performance.now() }

/** Somebody who listens, and whoever is accepted. */
function listen() {
  const happened = new EventEmitter()
  const listener = nodeSockets.listen(LOOPBACK, {
    ready: (endpoint) => happened.emit('ready', endpoint),
    failed: (why) => happened.emit('failed', why),
    accepted: (wire) => happened.emit('accepted', wire),
  })
  return { listener, happened }
}

async function pair() {
  const { listener, happened } = listen()
  const [endpoint] = (await once(happened, 'ready')) as [Endpoint]
  const accepted = once(happened, 'accepted') as Promise<[Wire]>
  const dialed = await new Promise<Wire>((resolve, reject) => {
    nodeSockets.dial(endpoint, (result) => {
      if (result.kind === 'connected') resolve(result.wire)
      else reject(new UnavailableError('test', result.why))
    })
  })
  const [wire] = await accepted
  return { dialed, accepted: wire, close: () => listener.close() }
}

function eventsOf(wire: Wire) {
  const happened = new EventEmitter()
  wire.open({
    received: (bytes) => happened.emit('received', bytes),
    drained: () => happened.emit('drained'),
    ended: (why) => happened.emit('ended', why),
  })
  return happened
}

describe('sockets', () => {
  it('carry bytes, know where the other end is, and tell when it is gone', async () => {
    const { dialed, accepted, close } = await pair()
    const events = eventsOf(accepted)
    eventsOf(dialed)
    assert.equal(printIp(accepted.remote.ip), '127.0.0.1')
    const received = once(events, 'received')
    dialed.write(Uint8Array.of(1, 2, 3))
    const [bytes] = await received
    assert.deepEqual(Uint8Array.from(bytes), Uint8Array.of(1, 2, 3))
    const ended = once(events, 'ended')
    dialed.close()
    await ended
    close()
  })

  it('take everything, say when that is enough, and tell when there is room again', async () => {
    const { dialed, accepted, close } = await pair()
    const [from, to] = [eventsOf(dialed), eventsOf(accepted)]
    accepted.pause()
    const drained = once(from, 'drained')
    let sent = 0
    for (; dialed.write(new Uint8Array(100_000)); sent++) assert.ok(sent < 1000)
    let received = 0
    const all = new Promise<void>((resolve) => {
      to.on('received', (bytes: Uint8Array) => {
        received += bytes.length
        if (received === 100_000 * (sent + 1)) resolve()
      })
    })
    accepted.resume()
    await Promise.all([drained, all])
    dialed.close()
    accepted.close()
    close()
  })

  it('send what was written before they close', async () => {
    const { dialed, accepted, close } = await pair()
    const to = eventsOf(accepted)
    eventsOf(dialed)
    let size = 0
    to.on('received', (bytes: Uint8Array) => {
      size += bytes.length
    })
    const ended = once(to, 'ended')
    dialed.write(new Uint8Array(1_000_000))
    dialed.close()
    await ended
    assert.equal(size, 1_000_000)
    close()
  })

  it('say why somebody cannot be dialed, and that a port is taken', async () => {
    const { listener, happened } = listen()
    const [endpoint] = (await once(happened, 'ready')) as [Endpoint]
    const failed = new Promise((resolve) => {
      const refuse = () => assert.fail('the port is taken')
      nodeSockets.listen(endpoint, { ready: refuse, accepted: refuse, failed: resolve })
    })
    assert.ok((await failed) instanceof UnavailableError)
    listener.close()
    const { promise, resolve } = Promise.withResolvers<string>()
    const other = listen()
    const [free] = (await once(other.happened, 'ready')) as [Endpoint]
    other.listener.close()
    nodeSockets.dial(free, (result) => resolve(result.kind))
    assert.equal(await promise, 'failed')
  })

  it('look up the names that an operator writes', async () => {
    const id = 'ab'.repeat(20)
    const { ip } = await resolveNetAddress(`${id}@127.0.0.1:5`)
    assert.equal(printIp(ip), '127.0.0.1')
    const named = await resolveNetAddress(`${id}@localhost:5`)
    assert.ok(['127.0.0.1', '::1'].includes(printIp(named.ip)))
  })

  it('carry a network', async () => {
    const nodes = [1, 2].map((index) => {
      const reactor = new RecordingReactor()
      const network = new Network({
        world: {
          clock,
          timers: nodeTimers,
          random: new SeededRandom(BigInt(index)),
          sockets: nodeSockets,
          log: createLogger('p2p', SILENT),
          metrics: new MetricsRegistry(),
        },
        key: testKey(index),
        dialect: stockDialect,
        algorithms: ALGORITHMS,
        description: DESCRIPTION,
        listen: LOOPBACK,
      })
      network.add(reactor)
      return { network, reactor }
    })
    const [a, b] = [nodes[0]!, nodes[1]!]
    for (const { network } of nodes) await new Promise((resolve) => network.start(resolve))
    const received = new Promise((resolve) => {
      b.reactor.onMessage = (_peer, message) => resolve(message)
    })
    await new Promise((resolve) => {
      a.network.dial({ ...b.network.endpoint!, id: b.network.id }, resolve)
    })
    const message = new Uint8Array(90_000).fill(3)
    a.network.peers()[0]!.send(ECHO.id, message)
    assert.deepEqual(await received, message)
    for (const { network } of nodes) network.stop()
  })
})
