import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import type { RuntimeEvent } from '@wadi/contracts/runtime-host'
import type { Launcher } from './launcher.ts'
import { processLauncher } from './process/processLauncher.ts'
import { checkRequest, insertion, keyvalueState } from './testing/keyvalueCalls.ts'
import { HostedProbe, PROBE_PATH, PROBE_URL, START_MS } from './testing/probe.ts'
import { processTimers } from './testing/testWorld.ts'
import { workerLauncher } from './worker/workerLauncher.ts'

const world = { timers: processTimers, connectMs: START_MS }
const launchers: readonly Launcher[] = [
  processLauncher({ path: process.execPath, args: [PROBE_PATH] }, world),
  workerLauncher(PROBE_URL, world),
]
const state = keyvalueState()

/** Whether it runs, as Linux tells; one that has ended may wait for somebody to notice. */
function isAlive(pid: string): boolean {
  const path = `/proc/${pid}/stat`
  return existsSync(path) && !/\) [ZX] /.test(readFileSync(path, 'utf8'))
}

/** The next event of a kind. */
function next(probe: HostedProbe, kind: RuntimeEvent['kind']): Promise<RuntimeEvent> {
  return new Promise((resolve) => {
    const unwatch = probe.hosted.watch((event) => {
      if (event.kind !== kind) return
      unwatch()
      resolve(event)
    })
  })
}

describe('a real program', () => {
  for (const launcher of launchers) {
    it(`in a ${launcher.kind} that dies or hangs is ended by name, and runs again`, async (t) => {
      const probe = new HostedProbe(launcher)
      t.after(() => probe.hosted.stop())
      assert.equal(await probe.ask('say', 'a line'), 'said')
      const environment = launcher.kind === 'process' ? 'OASIS_WORKER_HOST' : ''
      assert.equal(await probe.ask('environment'), environment)

      const died = next(probe, 'stopped')
      // Its connection is often seen to end before it.
      await assert.rejects(probe.ask('die', '3'), /runtime host: (died|gone): /)
      const { fault } = (await died) as { fault: unknown }
      assert.deepEqual(fault, { kind: 'died', detail: 'exit code 3' })
      assert.ok(probe.hosted.logs(0).some(({ line }) => line === 'a line'))

      assert.equal(await probe.ask('say', 'again'), 'said')
      const hung = next(probe, 'stopped')
      const check = probe.hosted.call(checkRequest(state, [insertion('a', 'b')]), {
        deadlineMs: 50,
      })
      await assert.rejects(check, { reason: 'runtimeHost.overdue' })
      assert.equal(((await hung) as { fault: { kind: string } }).fault.kind, 'hang')

      await probe.hosted.stop()
      assert.deepEqual(probe.world.bugs, [])
    })
  }

  it('in a process takes what it has started with it', async () => {
    const probe = new HostedProbe(launchers[0]!)
    const pid = await probe.ask('spawn')
    assert.ok(isAlive(pid))
    await probe.hosted.stop()
    while (isAlive(pid)) await new Promise((resolve) => setImmediate(resolve))
  })

  it('in a worker that takes too much memory is ended, and not its node', async (t) => {
    const heapBytesMax = 67_108_864
    const probe = new HostedProbe(workerLauncher(PROBE_URL, { ...world, heapBytesMax }))
    t.after(() => probe.hosted.stop())
    const ended = next(probe, 'stopped')
    await assert.rejects(probe.ask('eat'), /runtime host: (died|gone): /)
    const { fault } = (await ended) as { fault: { kind: string; detail: string } }
    assert.equal(fault.kind, 'died')
    assert.match(fault.detail, /memory/)
  })

  it('that is none does not start', async () => {
    const missing = processLauncher({ path: '/nowhere/runtime' }, world)
    const silent = processLauncher(
      { path: '/bin/sleep', args: ['60'] },
      { ...world, connectMs: 100 },
    )
    const short = processLauncher({ path: '/bin/true' }, world)
    const noModule = workerLauncher(new URL('file:///nowhere/runtime.ts'), world)
    for (const [launcher, why] of [
      [missing, /ENOENT/],
      [silent, /did not connect in time/],
      [short, /ended before it connected: exit code 0/],
      [noModule, /Cannot find module/],
    ] as const) {
      const probe = new HostedProbe(launcher)
      const event = (await next(probe, 'failed-to-start')) as { fault: { detail: string } }
      assert.match(event.fault.detail, why)
      await probe.hosted.stop()
      assert.deepEqual(probe.world.bugs, [])
    }
  })

  it('that is stopped while it starts leaves nothing', async () => {
    for (const launcher of launchers) {
      const probe = new HostedProbe(launcher)
      await new Promise((resolve) => setImmediate(resolve))
      await probe.hosted.stop()
      assert.deepEqual(probe.world.bugs, [])
    }
  })
})
