import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { CodedError } from '@wadi/base/errors'
import { createLogger, SILENT } from '@wadi/base/log'
import type { Timers } from '@wadi/base/timers'
import { decode, encode, make, zero } from '@wadi/cbor/codec'
import { text } from '@wadi/cbor/scalars'
import { calls as beacon } from '@wadi/consensus/beacon/api'
import { engineCalls, streams } from '@wadi/consensus/consensus/api'
import type { Status } from '@wadi/consensus/consensus/status'
import { Channel } from '@wadi/grpc/channel'
import type { Implementation, ServerStream } from '@wadi/grpc/implement'
import { GrpcServer } from '@wadi/grpc/server'
import { PublicKey } from '@wadi/primitives/publicKey'
import { SignedTransaction } from '@wadi/primitives/transaction'
import { NO_RUNTIMES } from './answers/runtimeClient.ts'
import {
  debugServices,
  nodeServices,
  PROVING_CALLS,
  publicServices,
  WAITING_CALLS,
} from './grpcServices.ts'
import {
  WAITERS_MAX,
  WAITERS_PER_ADDRESS_MAX,
  WATCH_BURST_MAX,
  WATCHERS_MAX,
  WATCHERS_PER_ADDRESS_MAX,
} from './limits.ts'
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
      ['oasis-core.DebugController', 'oasis-core.Storage'],
    )
  })
})

const NEVER = 99n

/** Everything else happens that has come. */
async function others(): Promise<void> {
  await turn()
  await turn()
}

/** Somebody who calls, at the operator's path or from an address; he takes all that he is told. */
function caller(address?: string) {
  const peer =
    address === undefined
      ? ({ kind: 'unix', address: '', certificate: undefined, caller: undefined } as const)
      : ({ kind: 'tcp', address, certificate: undefined, caller: address } as const)
  const { signal } = new AbortController()
  const stream: ServerStream<unknown> = {
    path: '',
    peer,
    signal,
    header: () => undefined,
    send: () => true,
    drained: () => Promise.resolve(),
    end: () => undefined,
    fail: (error) => assert.fail(String(error)),
  }
  return stream
}

/** What a call does that is not refused at once. */
async function outcomeOf(call: unknown): Promise<unknown> {
  if (!(call instanceof Promise)) return call
  const told = call.then(
    () => 'answered',
    (error: unknown) => (error instanceof CodedError ? error.reason : error),
  )
  return await Promise.race([told, new Promise((resolve) => setImmediate(() => resolve('waits')))])
}

function strangersAndOperator() {
  const chain = new TestChain()
  chain.add({ epoch: 3n })
  chain.live = testLive()
  const api = createNodeApi({
    source: chain,
    facts: testFacts({
      peers: () => ({
        pubKey: zero(PublicKey),
        peerId: 'own',
        addresses: undefined,
        peers: ['hidden@10.0.0.1:26656'],
      }),
    }),
  })
  const [open, own] = [publicServices(api), nodeServices(api)]
  const call =
    (services: readonly Implementation[]) =>
    (name: string, request: unknown, who: ServerStream<unknown>) => {
      const [service, method] = name.split('/')
      const found = services.find((one) => one.name === `oasis-core.${service}`)
      return found!.methods.get(method!)!.handler(request, who)
    }
  return { chain, api, askOpen: call(open), askOwn: call(own) }
}

describe('callers of a node', () => {
  it('are strangers of whom one address may not fill the room', async () => {
    const { askOpen } = strangersAndOperator()
    const wait = (address: string) => outcomeOf(askOpen('Beacon/WaitEpoch', NEVER, caller(address)))
    for (let i = 0; i < WAITERS_PER_ADDRESS_MAX; i++) assert.equal(await wait('10.0.0.1'), 'waits')
    assert.equal(await wait('10.0.0.1'), 'nodeApi.tooManyWaiters')
    assert.equal(await wait('10.0.0.2'), 'waits')
    // What does not wait is answered.
    assert.equal(askOpen('Beacon/GetEpoch', 0n, caller('10.0.0.1')), 3n)
  })

  it('are strangers who together keep neither the operator nor the node itself from waiting', async () => {
    const { api, chain, askOpen, askOwn } = strangersAndOperator()
    const strangers = Array.from({ length: WAITERS_MAX }, (_, i) =>
      askOpen('Beacon/WaitEpoch', NEVER, caller(`10.0.${i % 16}.1`)),
    )
    const late = askOpen('Beacon/WaitEpoch', NEVER, caller('10.1.0.1'))
    assert.equal(await outcomeOf(late), 'nodeApi.tooManyWaiters')
    const operators = askOwn('Beacon/WaitEpoch', NEVER, caller())
    assert.equal(await outcomeOf(operators), 'waits')
    const own = [
      api.methods['Beacon/WaitEpoch']!.answer(NEVER, {}),
      api.methods['Consensus/SubmitTx']!.answer(make(SignedTransaction, {}), {}),
    ]
    for (const one of own) assert.equal(await outcomeOf(one), 'waits')
    api.applied(chain.add({ epoch: NEVER }))
    await Promise.all([...strangers, operators, own[0]])
    const again = askOpen('Beacon/WaitEpoch', NEVER + 1n, caller('10.1.0.1'))
    assert.equal(await outcomeOf(again), 'waits', 'who was answered has left')
  })

  it('are so many who wait at the socket, and not one more', async () => {
    const { askOwn } = strangersAndOperator()
    const wait = () => outcomeOf(askOwn('Beacon/WaitEpoch', NEVER, caller()))
    for (let i = 0; i < WAITERS_MAX; i++) void wait()
    assert.equal(await wait(), 'nodeApi.tooManyWaiters')
  })

  it('are so many who watch, of one address and together, and the operator is not among them', () => {
    const { api, askOpen, askOwn } = strangersAndOperator()
    const watch = (address: string) =>
      askOpen('Consensus/WatchBlocks', undefined, caller(address)) as () => void
    const leave = watch('10.0.0.1')
    for (let i = 1; i < WATCHERS_PER_ADDRESS_MAX; i++) watch('10.0.0.1')
    const refusal = { reason: 'nodeApi.tooManyWatchers' }
    assert.throws(() => watch('10.0.0.1'), refusal)
    for (let i = WATCHERS_PER_ADDRESS_MAX; i < WATCHERS_MAX; i++) watch(`10.1.${i % 16}.1`)
    assert.throws(() => watch('10.2.0.1'), refusal)
    askOwn('Consensus/WatchBlocks', undefined, caller())
    api.watch('Consensus/WatchBlocks', undefined, caller())
    leave()
    watch('10.2.0.1')
    assert.throws(() => watch('10.2.0.1'), refusal)
  })

  it('leave the room also where a stream is refused', () => {
    const { askOpen } = strangersAndOperator()
    const name = 'RuntimeClient/WatchBlocks'
    for (let i = 0; i <= WATCHERS_PER_ADDRESS_MAX; i++)
      assert.throws(() => askOpen(name, new Uint8Array(32), caller('10.0.0.1')), {
        reason: 'runtime/registry.notFound',
      })
  })

  it('are told of peers and addresses at the socket alone', async () => {
    const { askOpen, askOwn } = strangersAndOperator()
    const status = (await askOwn('Consensus/GetStatus', undefined, caller())) as Status
    assert.deepEqual(status.peers?.peers, ['hidden@10.0.0.1:26656'])
    const open = (await askOpen('Consensus/GetStatus', undefined, caller('10.0.0.1'))) as Status
    assert.deepEqual(open, { ...status, peers: undefined })
  })

  it('are told of checkpoints who may, and may pause them at the socket alone', () => {
    const chain = new TestChain()
    chain.add()
    const runtimes = { ...NO_RUNTIMES, treesOf: () => undefined }
    const api = createNodeApi({ source: chain, facts: testFacts(), runtimes })
    const worker = (services: readonly Implementation[]) => {
      const found = services.find(({ name }) => name === 'oasis-core.StorageWorker')
      return Array.from(found!.methods.keys())
    }
    assert.deepEqual(worker(nodeServices(api)), ['GetLastSyncedRound', 'PauseCheckpointer'])
    assert.deepEqual(worker(publicServices(api)), ['GetLastSyncedRound'])
    assert.ok(publicServices(api).every(({ name }) => name !== 'oasis-core.Storage'))
  })

  it('are told what ends by itself as fast as they take it', async () => {
    const sent: Uint8Array[] = []
    const ended = Promise.withResolvers<void>()
    let [drained, released] = [0, 0]
    const count = WATCH_BURST_MAX * 2 + 1
    const { api } = strangersAndOperator()
    const items = function* () {
      try {
        for (let i = 0; i < count; i++) yield Uint8Array.of(i)
      } finally {
        released++
      }
    }
    const request = text
    const services = debugServices({ ...api, debugStreams: { 'Storage/Test': { request, items } } })
    const { handler } = services.at(-1)!.methods.get('Test')!
    const leave = handler('', {
      ...caller(),
      send: (item) => sent.push(item as Uint8Array) > 0,
      drained: async () => void drained++,
      end: () => ended.resolve(),
    }) as () => void
    await ended.promise
    assert.equal(sent.length, count)
    assert.deepEqual([drained, released], [2, 1])
    leave()
  })

  it('are answered with one long proof in a turn, whoever they are', async () => {
    const { api } = strangersAndOperator()
    const asked: string[] = []
    const counted = (methods: typeof api.methods) =>
      Object.fromEntries(
        Object.entries(methods).map(([name, method]) => {
          return [name, { ...method, answer: () => asked.push(name) }]
        }),
      )
    const fakes = { methods: counted(api.methods), debugMethods: counted(api.debugMethods) }
    const services = (implementations: readonly Implementation[]) =>
      new Map(
        implementations.flatMap(({ name, methods }) =>
          Array.from(methods, ([method, one]) => {
            const { handler } = one as { handler: (request: unknown, who: unknown) => unknown }
            return [`${name.slice('oasis-core.'.length)}/${method}`, handler] as const
          }),
        ),
      )
    const runtimes = { ...NO_RUNTIMES, treesOf: () => undefined }
    const whole = createNodeApi({ source: new TestChain(), facts: testFacts(), runtimes })
    const open = services(publicServices({ ...api, ...fakes }))
    const debug = services(debugServices({ ...whole, debugMethods: counted(whole.debugMethods) }))
    const proving = [...open, ...debug].filter(([name]) => PROVING_CALLS.has(name))
    assert.equal(proving.length, PROVING_CALLS.size, 'they are all there')
    const one = open.get('Consensus/StateSyncGetPrefixes')!
    const other = open.get('RuntimeClient/StateSyncIterate')!
    const given = [one, other, one].map((ask, i) => ask({}, caller(`10.0.0.${i}`)))
    void open.get('Consensus/StateSyncGet')!({}, caller('10.0.0.9'))
    const short = 'Consensus/StateSyncGet'
    const long = ['Consensus/StateSyncGetPrefixes', 'RuntimeClient/StateSyncIterate']
    assert.deepEqual(asked, [long[0], short])
    await others()
    assert.deepEqual(asked, [long[0], short, long[1]])
    await others()
    assert.deepEqual(asked, [long[0], short, long[1], long[0]])
    await Promise.all(given)
  })

  it('wait in no call that is not counted', async () => {
    const { api, chain } = strangersAndOperator()
    chain.live = testLive({ isSynced: false })
    const waiting: string[] = []
    for (const [name, { request, answer }] of Object.entries({
      ...api.methods,
      ...api.debugMethods,
    }))
      try {
        const asked = name.includes('Epoch') ? NEVER : zero(request)
        if ((await outcomeOf(answer(asked, {}))) === 'waits') waiting.push(name)
      } catch {
        // There is hardly anything in the states of this chain.
      }
    assert.ok(waiting.length >= 4, 'some of them wait here')
    for (const name of waiting) assert.ok(WAITING_CALLS.has(name), name)
  })
})
