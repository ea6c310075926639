import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { afterEach, describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { MetricsRegistry } from '@wadi/base/metrics'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { make } from '@wadi/cbor/codec'
import { frameOf } from '@wadi/cbor/framing'
import { countFrames } from '@wadi/cbor/framing-metrics'
import type { RuntimeEvent } from '@wadi/contracts/runtime-host'
import { CheckTxBatchRequest, QueryRequest } from '@wadi/runtime-protocol/host-protocol/batches'
import { RuntimeInfoResponse } from '@wadi/runtime-protocol/host-protocol/information'
import type { Body } from '@wadi/runtime-protocol/host-protocol/message'
import {
  ABORT_MS,
  CALLS_MAX,
  CHECK_MS,
  HANDSHAKE_MS,
  PING_INTERVAL_MS,
  PING_MS,
  RESTART_MS_MIN,
  SMOOTH_MS,
} from '../limits.ts'
import {
  type Behave,
  behaveSilently,
  behaveWell,
  FakeLauncher,
  GOOD_INFO,
} from '../testing/fakeProgram.ts'
import { settle } from '../testing/settle.ts'
import { testHost, testWorld } from '../testing/testWorld.ts'
import { HostedProgram } from './hostedProgram.ts'

const version = { major: 0, minor: 0, patch: 0 }
const ping = { kind: 'RuntimePingRequest', body: {} } as const
const query = { kind: 'RuntimeQueryRequest', body: make(QueryRequest, { method: 'm' }) } as const
const check = { kind: 'RuntimeCheckTxBatchRequest', body: make(CheckTxBatchRequest, {}) } as const

class Hosting {
  readonly time = new VirtualTime()
  readonly launcher: FakeLauncher
  readonly hosted: HostedProgram
  readonly events: RuntimeEvent[] = []
  readonly ended: string[] = []
  readonly bugs: unknown[]

  constructor(...behaviours: readonly Behave[]) {
    this.launcher = new FakeLauncher(...behaviours)
    const world = { ...testWorld(this.time), clock: this.time.clock }
    this.bugs = world.bugs
    this.hosted = new HostedProgram({
      host: testHost,
      version,
      checksVersion: 'yes',
      launcher: this.launcher,
      serve: () => ({ kind: 'Error', body: { module: 'unknown', code: 1, message: 'no' } }),
      world,
      observer: {
        ended: (call, ms, outcome) => this.ended.push(`${call} ${ms} ${outcome}`),
        frames: countFrames(new MetricsRegistry(), 'test'),
      },
    })
    this.hosted.watch((event) => this.events.push(event))
    hostings.push(this)
  }

  async start(): Promise<this> {
    this.hosted.start()
    await settle()
    return this
  }

  /** Time passes, and what it makes happen happens. */
  async pass(ms: number): Promise<void> {
    await settle()
    this.time.advance(ms)
    await settle()
  }

  get kinds(): readonly string[] {
    return this.events.map(({ kind }) => kind)
  }

  /** How it was ended, as often as it was. */
  get faults(): readonly string[] {
    return this.events.flatMap((event) =>
      'fault' in event && event.fault !== undefined ? [event.fault.kind] : [],
    )
  }
}

const hostings: Hosting[] = []

afterEach(async () => {
  for (const { hosted, bugs } of hostings.splice(0)) {
    await hosted.stop()
    assert.deepEqual(bugs, [])
  }
})

const started = (...behaviours: readonly Behave[]) => new Hosting(...behaviours).start()

describe('a hosted runtime', () => {
  it('says when it runs, what it announced, and when it has ended', async () => {
    const { hosted, events, launcher } = await started(behaveWell)
    assert.equal(hosted.info?.protocolVersion.major, 5)
    assert.deepEqual(events, [{ kind: 'started', info: hosted.info }])
    await hosted.stop()
    assert.deepEqual(events.at(-1), { kind: 'stopped', fault: undefined, retryMs: undefined })
    assert.equal(hosted.info, undefined)
    assert.equal(await launcher.last.ended, 'SIGKILL')
    await assert.rejects(hosted.call(ping), { reason: 'runtimeHost.notRunning' })
  })

  it('is called as soon as it runs', async () => {
    const { hosted } = new Hosting(behaveWell)
    hosted.start()
    assert.equal((await hosted.call(ping)).kind, 'Empty')
  })

  it('is not waited for longer than the caller likes', async () => {
    const hosting = new Hosting(() => undefined)
    hosting.hosted.start()
    const late = assert.rejects(hosting.hosted.call(ping, { deadlineMs: 10 }), {
      reason: 'runtimeHost.notReady',
    })
    await hosting.pass(10)
    await late
  })

  it(`takes ${CALLS_MAX} calls at once, and refuses one more`, async () => {
    const hosting = await started(behaveSilently)
    const calls = Array.from({ length: CALLS_MAX }, () => hosting.hosted.call(query))
    const settled = Promise.allSettled(calls)
    await assert.rejects(hosting.hosted.call(query), { reason: 'runtimeHost.busy' })
    await hosting.hosted.stop()
    assert.ok((await settled).every(({ status }) => status === 'rejected'))
  })

  it('has its calls counted, and how they ended', async () => {
    const hosting = await started(behaveWell)
    await hosting.hosted.call(ping)
    const late = assert.rejects(hosting.hosted.call(query, { deadlineMs: 100 }))
    await hosting.pass(100)
    await late
    const failed = assert.rejects(hosting.hosted.call(query))
    await settle()
    await hosting.hosted.stop()
    await failed
    assert.deepEqual(hosting.ended, [
      'RuntimePingRequest 0 answered',
      'RuntimeQueryRequest 100 late',
      'RuntimeQueryRequest 0 failed',
    ])
  })

  it('keeps what it writes', async () => {
    const { hosted, launcher } = await started(behaveWell)
    launcher.last.output(toUtf8('one\ntwo\nhalf'))
    assert.deepEqual(
      hosted.logs(0).map(({ line }) => line),
      ['one', 'two'],
    )
    await hosted.stop()
    assert.equal(hosted.logs(0).at(-1)?.line, 'half')
  })

  it('may be started again after it was stopped', async () => {
    const { hosted, kinds } = await started(behaveWell)
    assert.deepEqual(kinds, ['started'])
    await hosted.stop()
    hosted.start()
    assert.equal((await hosted.call(ping)).kind, 'Empty')
  })
})

describe('the handshake with a runtime', () => {
  const announce = (info: Partial<RuntimeInfoResponse>): Behave => {
    const body = make(RuntimeInfoResponse, info)
    return () => ({ kind: 'RuntimeInfoResponse', body })
  }

  it(`has to be over after ${HANDSHAKE_MS} ms`, async () => {
    const hosting = await started(() => undefined)
    await hosting.pass(HANDSHAKE_MS - 1)
    assert.deepEqual(hosting.kinds, [])
    await hosting.pass(1)
    assert.deepEqual(hosting.faults, ['no-start'])
  })

  for (const [what, behave, kind] of [
    [
      'speaks another version of the protocol',
      announce({ protocolVersion: { major: 4, minor: 9, patch: 9 } }),
      'incompatible',
    ],
    [
      'is another version than was wanted',
      announce({
        protocolVersion: { major: 5, minor: 0, patch: 0 },
        runtimeVersion: { major: 0, minor: 0, patch: 1 },
      }),
      'incompatible',
    ],
    [
      'refuses its host',
      (): Body => ({ kind: 'Error', body: { module: 'm', code: 1, message: 'no' } }),
      'no-start',
    ],
    ['says something else', (): Body => ({ kind: 'Empty', body: {} }), 'no-start'],
  ] as const) {
    it(`ends a runtime that ${what}`, async () => {
      const { faults, launcher } = await started(behave)
      assert.deepEqual(faults, [kind])
      assert.equal(await launcher.programs[0]!.ended, 'SIGKILL')
    })
  }
})

describe('a runtime that hangs', () => {
  it('is watched as long as it lives, and no longer', async () => {
    const hosting = await started(behaveWell)
    assert.equal(hosting.time.pending, 1)
    for (let i = 0; i < 3; i++) await hosting.pass(PING_INTERVAL_MS)
    assert.equal(hosting.time.pending, 1)
    assert.deepEqual(hosting.kinds, ['started'])
    await hosting.hosted.stop()
    assert.equal(hosting.time.pending, 0)
  })

  it(`is ended when it does not answer for ${PING_MS} ms that it lives`, async () => {
    const hosting = await started(behaveSilently, behaveWell)
    await hosting.pass(PING_INTERVAL_MS + PING_MS - 1)
    assert.deepEqual(hosting.kinds, ['started'])
    await hosting.pass(1)
    assert.deepEqual(hosting.faults, ['hang'])
    await hosting.pass(2 * RESTART_MS_MIN)
    assert.deepEqual(hosting.kinds, ['started', 'stopped', 'started'])
  })

  it('is not asked whether it lives while it works on something that has a deadline', async () => {
    const hosting = await started(behaveSilently)
    const proposerTimeoutMs = 60_000
    const call = hosting.hosted.call(check, { deadlineMs: proposerTimeoutMs })
    const late = assert.rejects(call, { reason: 'runtimeHost.overdue' })
    await hosting.pass(PING_INTERVAL_MS + PING_MS + 1)
    assert.deepEqual(hosting.faults, [])
    await hosting.pass(proposerTimeoutMs)
    await late
  })

  it(`has to give up a check after ${CHECK_MS} ms, and lives if it does`, async () => {
    const hosting = await started(behaveWell)
    const late = assert.rejects(hosting.hosted.call(check), { reason: 'runtimeHost.overdue' })
    await hosting.pass(CHECK_MS)
    await late
    await hosting.pass(ABORT_MS)
    assert.deepEqual(hosting.kinds, ['started'])
    assert.equal((await hosting.hosted.call(ping)).kind, 'Empty')
  })

  it(`is ended if it does not give it up within ${ABORT_MS} ms`, async () => {
    const hosting = await started(behaveSilently, behaveWell)
    const late = assert.rejects(hosting.hosted.call(check), { reason: 'runtimeHost.overdue' })
    await hosting.pass(CHECK_MS)
    await late
    await hosting.pass(ABORT_MS - 1)
    assert.deepEqual(hosting.faults, [])
    await hosting.pass(1)
    assert.deepEqual(hosting.faults, ['hang'])
  })

  it('is not ended by a question that takes too long', async () => {
    const hosting = await started(behaveWell)
    const late = assert.rejects(hosting.hosted.call(query, { deadlineMs: 100 }), {
      reason: 'runtimeHost.overdue',
    })
    await hosting.pass(100)
    await late
    await hosting.pass(ABORT_MS)
    assert.deepEqual(hosting.kinds, ['started'])
  })
})

describe('aborting a runtime', () => {
  it('is done when it has given up its work', async () => {
    const { hosted, kinds } = await started(behaveWell)
    await hosted.abort('give-up')
    assert.deepEqual(kinds, ['started'])
  })

  it('is done when it runs again, if it was to begin anew', async () => {
    const hosting = await started(behaveWell)
    let isDone = false
    const done = hosting.hosted.abort('restart').then(() => {
      isDone = true
    })
    await settle()
    assert.deepEqual(hosting.faults, ['restarted'])
    assert.equal(isDone, false)
    await hosting.pass(2 * RESTART_MS_MIN)
    await done
    assert.deepEqual(hosting.kinds, ['started', 'stopped', 'started'])
  })

  it('is nothing where nothing runs', async () => {
    const { hosted } = new Hosting(behaveWell)
    await hosted.abort('restart')
  })
})

describe('a runtime that dies', () => {
  it('fails the calls that wait for it, and is started again', async () => {
    const hosting = await started(behaveSilently, behaveWell)
    const { hosted, launcher } = hosting
    const call = assert.rejects(hosted.call(query), { reason: 'runtimeHost.died' })
    await settle()
    launcher.last.die('exit code 3')
    await call
    await settle()
    const [, event] = hosting.events
    assert.deepEqual(event, {
      kind: 'stopped',
      fault: { kind: 'died', detail: 'exit code 3' },
      retryMs: RESTART_MS_MIN / 2,
    })
    const next = hosted.call(ping)
    await hosting.pass(RESTART_MS_MIN / 2)
    assert.equal((await next).kind, 'Empty')
  })

  it('is not waited for any more when it runs again', async () => {
    const hosting = await started(behaveWell)
    const { launcher, time } = hosting
    const pending = () => [getEventListeners(launcher.signal!, 'abort').length, time.pending]
    const before = pending()
    assert.equal(before[0], 0)
    for (let deaths = 1; deaths <= 3; deaths++) {
      launcher.last.die('exit code 3')
      await hosting.pass(0)
      await hosting.pass(RESTART_MS_MIN * 4)
      assert.equal(launcher.programs.length, 1 + deaths)
      assert.deepEqual(pending(), before)
    }
  })

  it('or closes its connection and goes on, is ended', async () => {
    const hosting = await started(behaveWell)
    hosting.launcher.last.hangUp()
    await settle()
    assert.deepEqual(hosting.faults, ['gone'])
    assert.equal(await hosting.launcher.programs[0]!.ended, 'SIGKILL')
  })

  it('again and again is started less and less often', async () => {
    const hosting = await started(() => undefined)
    const waits: number[] = []
    for (let i = 0; i < 6; i++) {
      await hosting.pass(HANDSHAKE_MS)
      const event = hosting.events.at(-1)
      assert.ok(event?.kind === 'failed-to-start' && event.retryMs !== undefined)
      waits.push(event.retryMs)
      await hosting.pass(event.retryMs)
    }
    assert.deepEqual(waits, [250, 375, 562, 843, 1265, 1897])
    assert.equal(hosting.launcher.programs.length, 7)
  })

  it('after it has lasted for a while is started as if for the first time', async () => {
    const hosting = await started(behaveWell)
    const die = async () => {
      hosting.launcher.last.die('exit code 1')
      await settle()
      const event = hosting.events.at(-1)
      assert.ok(event?.kind === 'stopped' && event.retryMs !== undefined)
      await hosting.pass(event.retryMs)
      return event.retryMs
    }
    assert.deepEqual([await die(), await die()], [250, 375])
    for (let ms = 0; ms < SMOOTH_MS; ms += PING_INTERVAL_MS) await hosting.pass(PING_INTERVAL_MS)
    assert.equal(await die(), 250)
  })
})

describe('a runtime that does wrong', () => {
  for (const [what, bytes, kind] of [
    ['announces four gigabytes', Uint8Array.of(0xff, 0xff, 0xff, 0xff), 'oversized'],
    ['sends what cannot be read', frameOf(Uint8Array.of(0xff)), 'malformed'],
  ] as const) {
    it(`and ${what} is ended, named and started again, and no other notices`, async () => {
      const hosting = await started(behaveWell)
      const other = await started(behaveWell)
      hosting.launcher.last.write(bytes)
      await settle()
      assert.deepEqual(hosting.faults, [kind])
      assert.equal(await hosting.launcher.programs[0]!.ended, 'SIGKILL')
      await hosting.pass(2 * RESTART_MS_MIN)
      assert.equal((await hosting.hosted.call(ping)).kind, 'Empty')
      assert.equal((await other.hosted.call(ping)).kind, 'Empty')
      assert.deepEqual(other.kinds, ['started'])
    })
  }

  it('before the handshake is over is ended, too', async () => {
    const { faults } = await started((_request, program) => {
      program.write(frameOf(Uint8Array.of(0xff)))
      return GOOD_INFO
    })
    assert.deepEqual(faults, ['malformed'])
  })
})
