import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CodedError } from '@wadi/base/errors'
import { createLogger, SILENT } from '@wadi/base/log'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { make, zero } from '@wadi/cbor/codec'
import { Status } from '@wadi/consensus/keymanager'
import type { HostedRuntime, RuntimeEvent } from '@wadi/contracts/runtime-host'
import { Namespace } from '@wadi/primitives/namespace'
import { RuntimeInfoResponse } from '@wadi/runtime-protocol/host-protocol/information'
import type { Body } from '@wadi/runtime-protocol/host-protocol/message'
import { STATUS_RETRY_MS, STATUS_TRIES_MAX } from '../limits.ts'
import { settle } from '../testing/settle.ts'
import { RuntimeNotices } from './runtimeNotices.ts'

/** A runtime that takes what it is told, when the test says so. */
class TestRuntime {
  readonly told: Body[] = []
  readonly waiting: { resolve(): void; reject(why: unknown): void }[] = []
  tell: (event: RuntimeEvent) => void = () => undefined
  takesAll = true

  get hosted(): HostedRuntime {
    return {
      id: Namespace.zero,
      version: undefined,
      info: undefined,
      capabilityTee: undefined,
      start: () => undefined,
      stop: async () => undefined,
      abort: async () => undefined,
      watch: (listener) => {
        this.tell = listener
        return () => undefined
      },
      call: (request) => {
        this.told.push(request as Body)
        const { promise, resolve, reject } = Promise.withResolvers<never>()
        const answer = () => resolve({ kind: 'Empty', body: {} } as never)
        if (this.takesAll) answer()
        else this.waiting.push({ resolve: answer, reject })
        return promise
      },
    }
  }

  get heights(): readonly unknown[] {
    return this.told.map(({ body }) => (body as { height: bigint }).height)
  }
}

function noticesFor(runtime: TestRuntime, time = new VirtualTime()): RuntimeNotices {
  const log = createLogger('test', SILENT)
  return new RuntimeNotices(runtime.hosted, {
    timers: time,
    log,
    onBug: (error) => assert.fail(String(error)),
  })
}

const refused = () => new CodedError('m', 1, 'm.no', 'status mismatch')

describe('notices to a runtime', () => {
  it('tell the newest height, one at a time, and forget what was overtaken', async () => {
    const runtime = new TestRuntime()
    runtime.takesAll = false
    const notices = noticesFor(runtime)
    for (const height of [1n, 2n, 3n, 4n]) notices.consensusSync(height)
    await settle()
    assert.deepEqual(runtime.heights, [1n])
    runtime.waiting[0]!.reject(refused())
    await settle()
    assert.deepEqual(runtime.heights, [1n, 4n])
    runtime.waiting[1]!.resolve()
    await settle()
    assert.deepEqual(runtime.heights, [1n, 4n])
  })

  it('of one topic do not wait for another', async () => {
    const runtime = new TestRuntime()
    runtime.takesAll = false
    const notices = noticesFor(runtime)
    notices.consensusSync(1n)
    notices.keyManagerStatus(zero(Status))
    await settle()
    assert.equal(runtime.told.length, 2)
  })

  it(`of a status are repeated ${STATUS_TRIES_MAX} times if they are refused, and no more`, async () => {
    const runtime = new TestRuntime()
    runtime.takesAll = false
    const time = new VirtualTime()
    noticesFor(runtime, time).keyManagerStatus(zero(Status))
    for (let i = 0; i < STATUS_TRIES_MAX + 3; i++) {
      await settle()
      runtime.waiting.at(-1)!.reject(refused())
      await settle()
      time.advance(STATUS_RETRY_MS)
    }
    assert.equal(runtime.told.length, STATUS_TRIES_MAX)
  })

  it('of an old status are not repeated when there is a newer one', async () => {
    const runtime = new TestRuntime()
    runtime.takesAll = false
    const notices = noticesFor(runtime)
    notices.keyManagerStatus(zero(Status))
    notices.keyManagerStatus({ ...zero(Status), generation: 2n })
    await settle()
    runtime.waiting[0]!.reject(refused())
    await settle()
    const last = runtime.told.at(-1)?.body as { status: Status }
    assert.equal(last.status.generation, 2n)
    assert.equal(runtime.told.length, 2)
  })

  it('of the status are told again to a runtime that has started', async () => {
    const runtime = new TestRuntime()
    const notices = noticesFor(runtime)
    const started = { kind: 'started', info: make(RuntimeInfoResponse, {}) } as const
    runtime.tell(started)
    await settle()
    assert.equal(runtime.told.length, 0)
    notices.keyManagerStatus(zero(Status))
    runtime.tell(started)
    await settle()
    assert.equal(runtime.told.length, 2)
    notices.close()
  })
})
