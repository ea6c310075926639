import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, it } from 'node:test'
import { concatBytes, EMPTY_BYTES, toUtf8 } from '@wadi/base/bytes'
import { FakeClock } from '@wadi/base/clock'
import { BugError } from '@wadi/base/errors'
import { createLogger, MemoryLog } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import type { Application } from '@wadi/contracts/application'
import { decode, encode, encodeDelimited, zero } from '@wadi/protobuf/codec'
import { Header } from '@wadi/tendermint/types/header'
import { AbciServer, type AbciServerOptions } from './abciServer.ts'
import { FrameReader } from './frames.ts'
import { CONNECTIONS_MAX } from './limits.ts'
import { Request } from './messages/request.ts'
import { Response } from './messages/response.ts'

const HASH = new Uint8Array(32).fill(7)
const TIME = { seconds: 1_700_000_000n, nanoseconds: 5 }

/** An application that remembers what it was asked, and answers with what it was given. */
class Echoing implements Pick<Application, 'info' | 'deliverTx' | 'beginBlock' | 'commit'> {
  readonly delivered: Uint8Array[] = []
  begun: Parameters<Application['beginBlock']>[0] | undefined

  info() {
    return { height: 3n, appHash: HASH, appVersion: 9n, version: 'test' }
  }

  beginBlock(request: Parameters<Application['beginBlock']>[0]) {
    this.begun = request
    return [{ type: 'began', attributes: [{ key: 'k', value: 'v', index: true }] }]
  }

  deliverTx(transaction: Uint8Array) {
    this.delivered.push(transaction)
    if (transaction[0] === 0xff) throw new BugError('the state is gone')
    const rest = { codespace: '', log: '', gasWanted: 0n, gasUsed: 0n, events: [] }
    return { ...rest, code: 0, data: transaction }
  }

  commit() {
    return { appHash: HASH, retainHeight: 2n }
  }
}

class Client {
  readonly socket: Socket
  readonly answers: Response[] = []
  isEnded = false
  readonly #frames = new FrameReader()
  #heard: () => void = () => undefined

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (piece: Buffer) => {
      for (const frame of this.#frames.push(piece)) this.answers.push(decode(Response, frame))
      this.#heard()
    })
    socket.on('close', () => {
      this.isEnded = true
      this.#heard()
    })
    socket.on('error', () => undefined)
  }

  ask(...requests: readonly Request[]): void {
    for (const request of requests) this.socket.write(encodeDelimited(Request, request))
  }

  /** Waits until there are so many answers, or the connection has ended. */
  async answered(count: number): Promise<readonly Response[]> {
    while (this.answers.length < count && !this.isEnded)
      await new Promise<void>((resolve) => {
        this.#heard = resolve
      })
    return this.answers
  }
}

const closing: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const FLUSH: Request = { kind: 'flush', body: {} }
const deliver = (...bytes: readonly number[]): Request => ({
  kind: 'deliverTx',
  body: { transaction: Uint8Array.from(bytes) },
})

async function serve(options: Partial<AbciServerOptions> = {}) {
  const application = new Echoing()
  const failures: unknown[] = []
  const log = new MemoryLog()
  const server = await AbciServer.listen({
    address: 'tcp://127.0.0.1:0',
    application: application as unknown as Application,
    clock: new FakeClock(),
    logger: createLogger('abci', log.sink),
    metrics: new MetricsRegistry(),
    onFailure: (error) => failures.push(error),
    ...options,
  })
  closing.push(() => server.close())
  const connect = () => new Client(createConnection(server.port, '127.0.0.1'))
  return { application, failures, log, server, connect }
}

describe('the socket for engines', () => {
  it('answers a connection in the order of its questions', async () => {
    const { connect, application } = await serve()
    const client = connect()
    const numbers = Array.from({ length: 200 }, (_, i) => i % 200)
    client.ask(
      { kind: 'echo', body: { message: 'hello' } },
      ...numbers.map((n) => deliver(n)),
      FLUSH,
    )
    const answers = await client.answered(202)
    assert.deepEqual(answers[0], { kind: 'echo', body: { message: 'hello' } })
    assert.deepEqual(
      answers.slice(1, -1).map((answer) => answer.kind === 'deliverTx' && answer.body.data[0]),
      numbers.map((n) => n || 0),
    )
    assert.deepEqual(answers.at(-1), FLUSH)
    assert.equal(application.delivered.length, 200)
  })

  it('serves the four connections of an engine side by side', async () => {
    const { connect } = await serve()
    const clients = Array.from({ length: 4 }, connect)
    for (const client of clients) client.ask({ kind: 'info', body: zeroInfo }, FLUSH)
    for (const client of clients) {
      const [info] = await client.answered(2)
      assert.deepEqual(info, {
        kind: 'info',
        body: { data: '', height: 3n, appHash: HASH, appVersion: 9n, version: 'test' },
      })
    }
  })

  it('tells the application what the header says', async () => {
    const { connect, application } = await serve()
    const client = connect()
    const header = {
      ...zero(Header),
      height: 12n,
      time: TIME,
      nextValidatorsHash: HASH,
      proposerAddress: HASH.slice(0, 20),
    }
    const raw = encode(Header, header)
    const validator = { address: HASH.subarray(0, 20), power: 5n }
    const lastCommit = { round: 2, votes: [{ validator, signedLastBlock: true }] }
    const guilty = { type: 1, validator, height: 11n, time: TIME, totalVotingPower: 9n }
    const misbehavior = [guilty, { ...guilty, type: 77 }]
    const body = { hash: HASH, header: { raw, header }, lastCommit, misbehavior }
    client.ask({ kind: 'beginBlock', body }, FLUSH)
    const [answer] = await client.answered(2)
    assert.equal(answer?.kind, 'beginBlock')
    const { begun } = application
    assert.deepEqual(begun?.header, raw)
    assert.deepEqual(
      [begun?.height, begun?.time, begun?.hash, begun?.lastCommitRound],
      [12n, TIME, HASH, 2],
    )
    assert.deepEqual(begun?.lastCommit, [{ ...validator, hasSigned: true }])
    const { type: _, validator: __, ...rest } = guilty
    assert.deepEqual(begun?.misbehavior, [
      { kind: 'duplicate-vote', ...validator, ...rest },
      { kind: 'unknown', ...validator, ...rest },
    ])
  })

  it('answers a query as it was told to, or that there are none', async () => {
    const query: Request = {
      kind: 'query',
      body: { path: '/key', data: toUtf8('a'), height: 0n, prove: false },
    }
    const first = (await serve()).connect()
    first.ask(query)
    const [refused] = await first.answered(1)
    assert.equal(refused?.kind === 'query' && refused.body.codespace, 'consensus')
    const value = { code: 0, codespace: '', log: '', height: 4n }
    const second = (await serve({ query: ({ data }) => ({ ...value, value: data }) })).connect()
    second.ask(query)
    const [answered] = await second.answered(1)
    assert.deepEqual(answered?.kind === 'query' && answered.body.value, toUtf8('a'))
  })

  it('tells the engine and its owner when the application stops, and answers nothing more', async () => {
    const { connect, failures, application } = await serve()
    const [client, other] = [connect(), connect()]
    client.ask(deliver(0xff), deliver(1), FLUSH)
    const answers = await client.answered(9)
    assert.deepEqual(answers, [{ kind: 'exception', body: { error: 'the state is gone' } }])
    assert.equal(failures.length, 1)
    other.ask(deliver(1))
    const [refused] = await other.answered(9)
    assert.equal(refused?.kind, 'exception')
    assert.equal(application.delivered.length, 1)
  })

  it('ends the connection that sends what is no question, and no other', async () => {
    const { connect, failures } = await serve()
    const other = connect()
    const wrong = [
      Uint8Array.of(3, 0xff, 0xff, 0xff),
      Uint8Array.of(0),
      Uint8Array.of(2, 0x22, 0),
      // The beginning of a block whose header is broken off.
      Uint8Array.of(5, 0x3a, 3, 0x12, 1, 0x0a),
      new Uint8Array(10).fill(0xff),
      Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f),
    ]
    for (const bytes of wrong) {
      const client = connect()
      client.socket.write(bytes)
      const answers = await client.answered(9)
      assert.equal(answers.at(-1)?.kind, 'exception')
    }
    other.ask(FLUSH)
    assert.deepEqual(await other.answered(1), [FLUSH])
    assert.deepEqual(failures, [])
  })

  it('asks the application nothing more for a connection that it has refused', async () => {
    const { application, connect, failures, log, server } = await serve()
    const half = { port: server.port, host: '127.0.0.1', allowHalfOpen: true }
    const client = new Client(createConnection(half))
    const question = encodeDelimited(Request, deliver(1))
    const nonsense = Uint8Array.of(2, 0xff, 0xff)
    // The answer tells that the beginning of the next question has come.
    client.socket.write(concatBytes(encodeDelimited(Request, FLUSH), question.subarray(0, 3)))
    await client.answered(1)
    client.socket.write(concatBytes(question.subarray(3), nonsense))
    const kinds = (await client.answered(3)).map(({ kind }) => kind)
    assert.deepEqual(kinds, ['flush', 'deliverTx', 'exception'])
    client.ask(deliver(2), deliver(3))
    const other = connect()
    other.ask(deliver(4))
    await other.answered(1)
    assert.deepEqual(
      application.delivered.map(([first]) => first),
      [1, 4],
    )
    assert.equal(log.records.length, 1)
    assert.deepEqual(failures, [])
    client.socket.end()
  })

  it('takes so many connections and not one more', async () => {
    const { connect } = await serve()
    const clients = Array.from({ length: CONNECTIONS_MAX }, connect)
    for (const client of clients) client.ask(FLUSH)
    for (const client of clients) await client.answered(1)
    const last = connect()
    last.ask(FLUSH)
    assert.deepEqual(await last.answered(1), [])
    assert.equal(last.isEnded, true)
  })

  it('reads on where an engine reads its answers late', async () => {
    const { connect } = await serve()
    const client = connect()
    client.socket.pause()
    const transaction = new Uint8Array(1_000_000).fill(1)
    for (let i = 0; i < 24; i++) client.ask({ kind: 'deliverTx', body: { transaction } })
    client.socket.resume()
    assert.equal((await client.answered(24)).length, 24)
  })
})

const zeroInfo = { version: '', blockVersion: 0n, p2pVersion: 0n, abciVersion: '' }

describe('the place where engines connect', () => {
  it('may be a path, also where a killed process has left its socket', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wadi-abci-'))
    const path = join(folder, 'app.sock')
    writeFileSync(path, EMPTY_BYTES)
    const { server } = await serve({ address: `unix://${path}` })
    const client = new Client(createConnection(path))
    client.ask(FLUSH)
    assert.deepEqual(await client.answered(1), [FLUSH])
    await assert.rejects(serve({ address: `unix://${path}` }), { reason: 'abci.taken' })
    await server.close()
    assert.equal(existsSync(path), false)
    rmSync(folder, { recursive: true })
  })

  it('must be one in words that engines know', async () => {
    for (const address of ['127.0.0.1:1', 'tcp://', 'tcp://a:99999', 'unix://', 'http://a:1'])
      await assert.rejects(serve({ address }), { reason: 'abci.address' })
  })

  it('cannot be one that is taken', async () => {
    const { server } = await serve()
    const address = `tcp://127.0.0.1:${server.port}`
    await assert.rejects(serve({ address }), { reason: 'abci.listen' })
  })
})
