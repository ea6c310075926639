import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createLogger, SILENT } from '@wadi/base/log'
import { decode, encode } from '@wadi/cbor/codec'
import { calls as beacon } from '@wadi/consensus/beacon/api'
import { engineCalls, streams } from '@wadi/consensus/consensus/api'
import type { Timers } from '@wadi/contracts/world'
import { Channel } from '@wadi/grpc/channel'
import { GrpcServer } from '@wadi/grpc/server'
import { debugServices, nodeServices, publicServices } from './grpcServices.ts'
import { createNodeApi } from './nodeApi.ts'
import { TestChain } from './testing/testChain.ts'
import { testFacts, testLive } from './testing/testFacts.ts'

const clock = { unixMs: () => Date.now(), monotonicMs: () => performance.now() }
const timers: Timers = {
  after(ms, run) {
    const timeout = setTimeout(run, ms)
    return { cancel: () => clearTimeout(timeout) }
  },
}
const NOTHING = Uint8Array.of(0xf6)

describe('the services of a node on a socket', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wadi-node-api-'))
  const path = join(folder, 'internal.sock')
  const chain = new TestChain()
  chain.add({ epoch: 3n })
  chain.live = testLive()
  const api = createNodeApi({ source: chain, facts: testFacts() })
  const failures: unknown[] = []
  const channel = new Channel({ target: `unix:${path}`, clock, timers })
  let server: GrpcServer | undefined

  before(async () => {
    server = await GrpcServer.listen({
      listen: { kind: 'unix', path },
      implementations: nodeServices(api),
      clock,
      timers,
      logger: createLogger('grpc', SILENT),
      onFailure: (error) => failures.push(error),
    })
  })
  after(async () => {
    channel.close()
    await server?.close(0)
    rmSync(folder, { recursive: true })
    assert.deepEqual(failures, [])
  })

  it('answer calls out of the state and about blocks', async () => {
    const { request, response } = beacon['Beacon/GetEpoch']
    const epoch = await channel.unary('/oasis-core.Beacon/GetEpoch', encode(request, 0n))
    assert.equal(decode(response, epoch), 3n)
    const block = await channel.unary('/oasis-core.Consensus/GetBlock', encode(request, 1n))
    assert.equal(decode(engineCalls['Consensus/GetBlock'].response, block).height, 1n)
  })

  it('answer with no bytes at all where there is nothing to say', async () => {
    const waited = await channel.unary('/oasis-core.NodeController/WaitSync', new Uint8Array(0))
    assert.equal(waited.length, 0)
  })

  it('refuse in the numbers and words of the reference', async () => {
    const { request } = beacon['Beacon/GetEpoch']
    await assert.rejects(channel.unary('/oasis-core.Beacon/GetEpoch', encode(request, 9n)), {
      module: 'consensus',
      code: 3,
      message: 'consensus: version not found',
    })
  })

  it('tell every block to those who watch, until they leave', async () => {
    const { item } = streams['Consensus/WatchBlocks']
    const watching = channel.stream('/oasis-core.Consensus/WatchBlocks', NOTHING)
    const next = watching.next()
    // When another call is answered, the stream has begun.
    await channel.unary('/oasis-core.Consensus/GetChainContext', NOTHING)
    api.applied(chain.add())
    const { value } = await next
    assert.equal(decode(item, value).height, 2n)
    await watching.return!()
  })

  it('let go of who does not wait any longer', async () => {
    const asker = new AbortController()
    const waiting = channel.unary(
      '/oasis-core.Beacon/WaitEpoch',
      encode(beacon['Beacon/GetEpochBlock'].request, 99n),
      {
        signal: asker.signal,
      },
    )
    asker.abort()
    await assert.rejects(waiting, { reason: 'grpc.canceled' })
  })

  it('have what tells a node what to do only where nobody else can call', () => {
    const pathsOf = (services: ReturnType<typeof nodeServices>) =>
      services.flatMap(({ methods }) => Array.from(methods.values(), ({ path }) => path))
    const all = pathsOf(nodeServices(api))
    const open = pathsOf(publicServices(api))
    const hidden = all.filter((path) => !open.includes(path)).toSorted()
    const own = ['AddBundle', 'CancelUpgrade', 'GetStatus', 'RequestShutdown', 'UpgradeBinary']
    assert.deepEqual(
      hidden,
      own.map((name) => `/oasis-core.NodeController/${name}`),
    )
  })

  it('do not have what is for tests only', async () => {
    await assert.rejects(channel.unary('/oasis-core.DebugController/SetEpoch', NOTHING), {
      reason: 'grpc.unimplemented',
    })
    assert.deepEqual(
      debugServices(api).map(({ name }) => name),
      ['oasis-core.DebugController'],
    )
  })
})
