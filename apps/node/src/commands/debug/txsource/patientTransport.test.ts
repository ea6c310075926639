import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock } from '@wadi/base/clock'
import { UnavailableError } from '@wadi/base/errors'
import type { Timers } from '@wadi/base/timers'
import type { CallTransport } from '@wadi/grpc/call-transport'
import { statusError } from '@wadi/grpc/status'
import { PATIENCE_MS, patientTransport } from './patientTransport.ts'

const ANSWER = Uint8Array.of(1)

/** A node that answers once it has failed with all of these, and what it was asked. */
function failing(...failures: Error[]) {
  const asked: string[] = []
  const unary: CallTransport['unary'] = async (path) => {
    asked.push(path)
    const failure = failures.shift()
    if (failure !== undefined) throw failure
    return ANSWER
  }
  const stream = () => {
    throw new Error('nobody watches')
  }
  return { asked, transport: { unary, stream } }
}

/** Time goes on with every pause. */
function hurriedTime() {
  const clock = new FakeClock(0)
  const timers: Timers = {
    after(ms, run) {
      clock.advance(ms)
      queueMicrotask(run)
      return { cancel: () => undefined }
    },
  }
  return { clock, timers }
}

const away = () => new UnavailableError('grpc.unavailable', 'grpc: the connection is gone')
const busy = () => statusError('resourceExhausted', 'grpc: the server cut the call off') as Error

describe('what asks a node that is away, or has too much to do', () => {
  it('asks again what only asks', async () => {
    const { asked, transport } = failing(away(), busy(), away())
    const patient = patientTransport(transport, hurriedTime())
    assert.equal(await patient.unary('/a/B', ANSWER), ANSWER)
    assert.equal(asked.length, 4)
  })

  it('gives up when that goes on for too long', async () => {
    const world = hurriedTime()
    const { transport } = failing(...Array.from({ length: PATIENCE_MS }, busy))
    const asking = patientTransport(transport, world).unary('/a/B', ANSWER)
    await assert.rejects(asking, { reason: 'grpc.resourceExhausted' })
    assert.ok(world.clock.monotonicMs() >= PATIENCE_MS)
  })

  it('submits nothing twice, and hears every other refusal at once', async () => {
    const refused = statusError('notFound', 'not here') as Error
    for (const [path, failure] of [
      ['/oasis-core.Consensus/SubmitTx', busy()],
      ['/a/B', refused],
    ] as const) {
      const { asked, transport } = failing(failure)
      await assert.rejects(patientTransport(transport, hurriedTime()).unary(path, ANSWER), failure)
      assert.equal(asked.length, 1)
    }
  })
})
