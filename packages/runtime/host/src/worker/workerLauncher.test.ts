import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RuntimeEvent } from '@wadi/contracts/runtime-host'
import { HostedProbe, START_MS } from '../testing/probe.ts'
import { processTimers } from '../testing/testWorld.ts'
import { workerLauncher } from './workerLauncher.ts'

const FLOOD = new URL('../testing/floodProgram.ts', import.meta.url)

describe('a thread that floods its host', () => {
  it('is ended, and named for it', async () => {
    const launcher = workerLauncher(FLOOD, { timers: processTimers, connectMs: START_MS })
    const { hosted, world } = new HostedProbe(launcher)
    const event = await new Promise<RuntimeEvent>((resolve) => hosted.watch(resolve))
    await hosted.stop()
    assert.ok(event.kind === 'failed-to-start')
    assert.equal(event.fault.kind, 'flood')
    assert.deepEqual(world.bugs, [])
  })
})
