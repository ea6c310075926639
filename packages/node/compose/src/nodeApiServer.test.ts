import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { concatBytes } from '@wadi/base/bytes'
import { createLogger, SILENT } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { encode } from '@wadi/cbor/codec'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { waits } from '@wadi/consensus/beacon/api'
import { RawClient } from '@wadi/grpc/testing/raw-client'
import { createNodeApi } from '@wadi/node-api/node-api'
import { TestChain } from '@wadi/node-api/testing/test-chain'
import { testFacts, testLive } from '@wadi/node-api/testing/test-facts'
import { serveNodeApi } from './nodeApiServer.ts'
import { processClock } from './processWorld.ts'

const WAIT = '/oasis-core.Beacon/WaitEpoch'
const EPOCH = '/oasis-core.Beacon/GetEpoch'
/** More than may wait of one address, in more connections than one. */
const CALLS = { connections: 3, each: 200 }

/** A message as it is sent: uncompressed, with its length. */
function frameOf(message: Uint8Array): Uint8Array {
  const head = new Uint8Array(5)
  new DataView(head.buffer).setUint32(1, message.length)
  return concatBytes(head, message)
}

const folder = mkdtempSync(join(tmpdir(), 'wadi-api-server-'))
after(() => rmSync(folder, { recursive: true, force: true }))

describe('where a node is called', () => {
  it('strangers who wait in crowds do not keep its operator from waiting', async () => {
    const chain = new TestChain()
    chain.add({ epoch: 3n })
    chain.live = testLive()
    const api = createNodeApi({ source: chain, facts: testFacts() })
    const logger = () => createLogger('test', SILENT)
    const metrics = new MetricsRegistry()
    const socketPath = join(folder, 'internal.sock')
    const server = await serveNodeApi({
      api,
      socketPath,
      public: { kind: 'tcp', host: '127.0.0.1', port: 0 },
      debug: 'hidden',
      world: { clock: processClock, timers: nodeTimers, metrics, logger },
      onFailure: (error) => assert.fail(String(error)),
    })
    const request = frameOf(encode(waits['Beacon/WaitEpoch'].request, 4n))
    const place = { host: '127.0.0.1', port: server.publicPort! }
    const strangers = Array.from({ length: CALLS.connections }, () => new RawClient(place))
    using operator = new RawClient({ path: socketPath })
    const waiting = strangers.flatMap((one) =>
      Array.from({ length: CALLS.each }, () => one.ask(WAIT, request)),
    )
    const refused = await Promise.race(waiting)
    assert.equal(refused.headers['grpc-message'], 'nodeApi: too many calls wait already')
    const last = strangers.at(-1)!
    assert.equal((await last.ask(EPOCH, request)).headers['grpc-status'], '2', 'it is answered')
    const own = operator.ask(WAIT, request)
    // When another call is answered, this one waits.
    await operator.ask(EPOCH, request)
    api.applied(chain.add({ epoch: 4n }))
    assert.equal((await own).headers['grpc-status'], '0')
    const codes = (await Promise.all(waiting)).map(({ headers }) => headers['grpc-status'])
    assert.equal(codes.filter((code) => code === '0').length, 512)
    for (const one of strangers) one[Symbol.dispose]()
    operator[Symbol.dispose]()
    await server.close(0)
  })
})
