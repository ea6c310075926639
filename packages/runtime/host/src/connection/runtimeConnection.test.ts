import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CodedError } from '@wadi/base/errors'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { encode, make } from '@wadi/cbor/codec'
import { mapOf } from '@wadi/cbor/collections'
import { frameOf } from '@wadi/cbor/framing'
import { text, u8, u64 } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import type { RuntimeFault } from '@wadi/contracts/runtime-host'
import {
  CheckTxBatchRequest,
  CheckTxResult,
  QueryRequest,
} from '@wadi/runtime-protocol/host-protocol/batches'
import {
  type Body,
  encodeForHost,
  MESSAGE_TYPES,
} from '@wadi/runtime-protocol/host-protocol/message'
import { MESSAGE_SIZE_MAX } from '@wadi/runtime-protocol/limits'
import fc from 'fast-check'
import { FORGOTTEN_MAX, READY_MS, REQUESTS_MAX, UNASKED_MAX } from '../limits.ts'
import { type Behave, behaveWell, FakeProgram } from '../testing/fakeProgram.ts'
import { settle } from '../testing/settle.ts'
import { RuntimeConnection, type Serve } from './runtimeConnection.ts'

const ping = { kind: 'RuntimePingRequest', body: {} } as const
const query = { kind: 'RuntimeQueryRequest', body: make(QueryRequest, { method: 'm' }) } as const
const identity: Body = { kind: 'HostIdentityRequest', body: {} }
const deadlineMs = 1_000
const echo: Serve = () =>
  ({ kind: 'HostIdentityResponse', body: { nodeId: new Uint8Array(32) } }) as Body

interface Connected {
  readonly time: VirtualTime
  readonly program: FakeProgram
  readonly connection: RuntimeConnection
  readonly ended: Promise<RuntimeFault>
  readonly bugs: unknown[]
}

function connect(serve: Serve = echo, behave: Behave = behaveWell): Connected {
  const time = new VirtualTime()
  const program = new FakeProgram(behave)
  const bugs: unknown[] = []
  const onBug = (error: unknown) => bugs.push(error)
  const { stream } = program
  const connection = new RuntimeConnection({ stream, serve, timers: time, onBug })
  const ended = connection.run()
  connection.makeReady()
  return { time, program, connection, ended, bugs }
}

function announce(size: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, size)
  return bytes
}

function bodiesOf({ program }: Connected): readonly (Body | undefined)[] {
  return program.heard.map(({ body }) => body)
}

describe('a connection to a runtime', () => {
  it('gives each call its answer, in whatever order they come', async () => {
    const { connection, program } = connect(echo, () => undefined)
    const [first, second] = [query, ping].map((each) => connection.ask(each, { deadlineMs }))
    await settle()
    program.answer(1n, { kind: 'Empty', body: {} })
    program.answer(0n, { kind: 'RuntimeQueryResponse', body: { data: Uint8Array.of(7) } })
    assert.equal((await second)?.kind, 'Empty')
    assert.deepEqual((await first)?.body, { data: Uint8Array.of(7) })
  })

  it('answers what the runtime asks while it works for the host', async () => {
    const connected = connect(echo, (request, program) => {
      if (request.kind !== 'RuntimeQueryRequest') return undefined
      program.ask(5n, identity)
      return undefined
    })
    const { connection, program } = connected
    const answer = connection.ask(query, { deadlineMs })
    await settle()
    assert.deepEqual(bodiesOf(connected).at(-1)?.kind, 'HostIdentityResponse')
    assert.equal(program.heard.at(-1)?.id, 5n)
    program.answer(0n, { kind: 'RuntimeQueryResponse', body: { data: new Uint8Array() } })
    assert.equal((await answer).kind, 'RuntimeQueryResponse')
  })

  it('hands on the error of the runtime as it is', async () => {
    const refusal: Body = { kind: 'Error', body: { module: 'm', code: 7, message: 'no' } }
    const { connection } = connect(echo, () => refusal)
    const expected = { module: 'm', code: 7, message: 'no' }
    await assert.rejects(connection.ask(ping, { deadlineMs }), expected)
  })

  it('takes no answer of another kind', async () => {
    const { connection } = connect(echo, () => ({ kind: 'RuntimeAbortResponse', body: {} }))
    await assert.rejects(connection.ask(ping, { deadlineMs }), {
      reason: 'runtimeHost.otherAnswer',
    })
  })

  it('takes no more and no fewer results than there were transactions', async () => {
    const inputs = [Uint8Array.of(1), Uint8Array.of(2)]
    const check = {
      kind: 'RuntimeCheckTxBatchRequest',
      body: make(CheckTxBatchRequest, { inputs }),
    } as const
    for (const count of [0, 1, 2, 3]) {
      const results = Array.from({ length: count }, () => make(CheckTxResult, {}))
      const answer: Body = { kind: 'RuntimeCheckTxBatchResponse', body: { results } }
      const { connection } = connect(echo, () => answer)
      const call = connection.ask(check, { deadlineMs })
      if (count === inputs.length) assert.equal((await call).body.results.length, count)
      else await assert.rejects(call, { reason: 'runtimeHost.otherCount' })
    }
  })

  it('waits for an answer until the deadline, and then ignores it', async () => {
    const { connection, program, time } = connect(echo, () => undefined)
    const late = assert.rejects(connection.ask(ping, { deadlineMs }), {
      reason: 'runtimeHost.overdue',
    })
    time.advance(deadlineMs - 1)
    await settle()
    assert.equal(connection.calls, 1)
    time.advance(1)
    await late
    assert.equal(connection.calls, 0)
    program.answer(0n, { kind: 'Empty', body: {} })
    program.answer(77n, { kind: 'Empty', body: {} })
    const next = connection.ask(ping, { deadlineMs })
    await settle()
    program.answer(1n, { kind: 'Empty', body: {} })
    assert.equal((await next).kind, 'Empty')
  })

  it('waits no more for an answer that nobody wants', async () => {
    const { connection } = connect(echo, () => undefined)
    const controller = new AbortController()
    const { signal } = controller
    const call = assert.rejects(connection.ask(ping, { deadlineMs, signal }), {
      reason: 'runtimeHost.cancelled',
    })
    controller.abort()
    await call
    await assert.rejects(connection.ask(ping, { deadlineMs, signal }), {
      reason: 'runtimeHost.cancelled',
    })
    assert.equal(connection.calls, 0)
  })

  it(`lets requests wait for the handshake for ${READY_MS} ms, and refuses them then`, async () => {
    const time = new VirtualTime()
    const program = new FakeProgram(behaveWell)
    const onBug = (error: unknown) => assert.fail(String(error))
    const { stream } = program
    const connection = new RuntimeConnection({ stream, serve: echo, timers: time, onBug })
    const ended = connection.run()
    program.ask(0n, identity)
    await settle()
    time.advance(READY_MS - 1)
    await settle()
    assert.equal(program.heard.length, 0)
    time.advance(1)
    await settle()
    const body = { module: 'rhp/internal', code: 1, message: 'rhp: not ready' }
    assert.deepEqual(program.heard[0]?.body, { kind: 'Error', body })
    program.ask(1n, identity)
    await settle()
    connection.makeReady()
    await settle()
    assert.equal(program.heard[1]?.body?.kind, 'HostIdentityResponse')
    connection.close({ kind: 'stopped', detail: '' })
    assert.equal((await ended).kind, 'stopped')
  })

  it('tells the runtime why it is refused, and that a kind is unknown', async () => {
    const connected = connect((request) => {
      throw new CodedError('m', 3, 'm.reason', request?.kind ?? 'unknown')
    })
    const { program } = connected
    program.ask(0n, identity)
    const Anything = struct({ id: u64, messageType: u8, body: mapOf(text, struct({})) })
    const body = new Map([['HostSomethingNewRequest', {}]])
    program.write(frameOf(encode(Anything, { id: 1n, messageType: MESSAGE_TYPES.request, body })))
    await settle()
    assert.deepEqual(
      bodiesOf(connected).map((each) => (each!.body as { message: string }).message),
      ['HostIdentityRequest', 'unknown'],
    )
  })

  it('answers with an error where the answer is larger than a message', async () => {
    const value = new Uint8Array(MESSAGE_SIZE_MAX)
    const connected = connect(() => ({ kind: 'HostLocalStorageGetResponse', body: { value } }))
    connected.program.ask(0n, identity)
    await settle()
    const [answer] = bodiesOf(connected)
    assert.equal(answer?.kind, 'Error')
    assert.match((answer.body as { message: string }).message, /too large/)
  })

  it('reports what must not happen, and answers nothing', async () => {
    const connected = connect(() => {
      throw new RangeError('a fault of ours')
    })
    connected.program.ask(0n, identity)
    await settle()
    assert.deepEqual(connected.bugs.map(String), ['RangeError: a fault of ours'])
  })
})

describe('a runtime that floods its host', () => {
  it(`gets ${REQUESTS_MAX} requests worked on at once, and one more is not even read`, async () => {
    const answers: (() => void)[] = []
    const connected = connect(async (request, signal) => {
      await new Promise<void>((resolve) => answers.push(resolve))
      return echo(request, signal)
    })
    const { connection, program } = connected
    for (let i = 0; i < REQUESTS_MAX; i++) program.ask(BigInt(i), identity)
    await settle()
    assert.equal(connection.working, REQUESTS_MAX)
    // The next one waits, and so does whatever comes behind it: here an answer to the host.
    for (let i = 0; i < 3 * REQUESTS_MAX; i++) program.ask(BigInt(REQUESTS_MAX + i), identity)
    const call = connection.ask(ping, { deadlineMs })
    await settle()
    assert.equal(connection.working, REQUESTS_MAX)
    assert.equal(answers.length, REQUESTS_MAX)
    for (let done = 0; done < answers.length; done++) {
      answers[done]!()
      if (done % 16 === 0) await settle()
    }
    assert.equal((await call).kind, 'Empty')
    await settle()
    assert.equal(program.heard.length, 4 * REQUESTS_MAX)
    assert.equal(connection.working, 0)
  })

  it(`may say ${UNASKED_MAX} things that nobody asked for, and no more`, async () => {
    const { connection, program, ended } = connect()
    const say = (i: number) => {
      const message = { id: BigInt(i), messageType: i % 2 === 0 ? 2 : 7, body: identity }
      program.write(frameOf(encodeForHost(message)))
    }
    for (let i = 0; i < UNASKED_MAX; i++) say(1_000 + i)
    assert.equal((await connection.ask(ping, { deadlineMs })).kind, 'Empty')
    say(0)
    assert.equal((await ended).kind, 'flood')
  })

  it(`may still answer ${FORGOTTEN_MAX} calls that nobody waits for any more`, async () => {
    const { connection, program, time, ended } = connect(echo, (request) =>
      request.kind === 'RuntimePingRequest' ? { kind: 'Empty', body: {} } : undefined,
    )
    const late = Array.from({ length: FORGOTTEN_MAX }, () => connection.ask(query, { deadlineMs }))
    const over = Promise.allSettled(late)
    time.advance(deadlineMs)
    await over
    const body: Body = { kind: 'RuntimeQueryResponse', body: { data: new Uint8Array() } }
    for (let i = 0; i < FORGOTTEN_MAX; i++) program.answer(BigInt(i), body)
    assert.equal((await connection.ask(ping, { deadlineMs })).kind, 'Empty')
    for (let i = 0; i <= UNASKED_MAX; i++) program.answer(BigInt(i), body)
    assert.equal((await ended).kind, 'flood')
  })

  it('and does not read the answers, is not answered for ever', async () => {
    const value = new Uint8Array(200_000)
    const connected = connect(() => ({ kind: 'HostLocalStorageGetResponse', body: { value } }))
    const { connection, program } = connected
    program.stopReading()
    for (let i = 0; i < 10 * REQUESTS_MAX; i++) program.ask(BigInt(i), identity)
    await settle()
    assert.equal(connection.working, REQUESTS_MAX)
    assert.ok(program.stream.writableLength <= (REQUESTS_MAX + 1) * 201_000)
    connection.close({ kind: 'stopped', detail: '' })
    await settle()
    assert.equal(connection.working, 0)
  })
})

describe('a runtime that lies about lengths', () => {
  for (const [what, bytes, kind] of [
    ['announces more than a message may have', announce(MESSAGE_SIZE_MAX + 1), 'oversized'],
    ['announces four gigabytes', announce(0xffff_ffff), 'oversized'],
    ['announces less than it sends', Uint8Array.of(0, 0, 0, 1, 0xa3, 1, 2), 'malformed'],
    ['announces nothing', announce(0), 'malformed'],
  ] as const) {
    it(`and ${what} is named for it`, async () => {
      const { program, ended } = connect()
      program.write(bytes)
      assert.equal((await ended).kind, kind)
      assert.ok(program.stream.destroyed)
    })
  }

  it('and stops within what it announced is named for it', async () => {
    const { program, ended, connection } = connect()
    program.write(Uint8Array.of(0, 0, 0, 9, 1))
    await settle()
    const call = assert.rejects(connection.ask(query, { deadlineMs }), {
      reason: 'runtimeHost.cut-off',
    })
    program.hangUp()
    assert.equal((await ended).kind, 'cut-off')
    await call
    await assert.rejects(connection.ask(ping, { deadlineMs }), { reason: 'runtimeHost.cut-off' })
  })

  it('and announces as much as a message may have, takes no memory for it', async () => {
    const { program, connection } = connect()
    const before = process.memoryUsage().arrayBuffers
    program.write(announce(MESSAGE_SIZE_MAX))
    await settle()
    assert.ok(process.memoryUsage().arrayBuffers - before < MESSAGE_SIZE_MAX / 4)
    assert.equal(connection.calls, 0)
  })
})

describe('runtime messages of any shape', () => {
  it('end the connection by name, or are answered by the protocol', async () => {
    const good = [identity, ping as Body].map((body) =>
      encodeForHost({ id: 1n, messageType: MESSAGE_TYPES.request, body }),
    )
    const damaged = fc
      .tuple(fc.constantFrom(...good), fc.nat(), fc.integer({ min: 0, max: 255 }))
      .map(([bytes, at, byte]) => bytes.with(at % bytes.length, byte))
    const frame = fc.oneof(fc.uint8Array({ maxLength: 40 }), damaged, fc.constantFrom(...good))
    const framed = frame.map(frameOf)
    const pieces = fc.array(fc.oneof(framed, fc.uint8Array({ maxLength: 12 })), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(pieces, async (all) => {
        const { program, ended, bugs } = connect()
        for (const bytes of all) program.write(bytes)
        program.hangUp()
        const { kind } = await ended
        assert.ok(['gone', 'cut-off', 'malformed', 'oversized'].includes(kind), kind)
        assert.deepEqual(bugs, [])
      }),
      { numRuns: 200 },
    )
  })
})
