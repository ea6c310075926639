import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { make } from '@wadi/cbor/codec'
import { PROTOCOL_VERSIONS, type Version } from '@wadi/primitives/version'
import { RuntimeInfoResponse } from '@wadi/runtime-protocol/host-protocol/information'
import { HostedProgram } from '../supervision/hostedProgram.ts'
import { type Behave, behaveWell, FakeLauncher } from '../testing/fakeProgram.ts'
import { settle } from '../testing/settle.ts'
import { testHost, testWorld } from '../testing/testWorld.ts'
import { VersionedRuntime } from './versionedRuntime.ts'

const ping = { kind: 'RuntimePingRequest', body: {} } as const
const sync = { kind: 'RuntimeConsensusSyncRequest', body: { height: 7n } } as const
const v = (major: number): Version => ({ major, minor: 0, patch: 0 })

class Upgrade {
  readonly time = new VirtualTime()
  readonly world = { ...testWorld(this.time), clock: this.time.clock }
  readonly runtime = new VersionedRuntime(testHost.runtimeId, this.world)
  readonly launchers = new Map<number, FakeLauncher>()
  readonly heard: string[] = []
  readonly events: string[] = []

  constructor() {
    this.runtime.watch((event) => {
      const version = event.kind === 'started' ? ` ${event.info.runtimeVersion.major}` : ''
      this.events.push(`${event.kind}${version}`)
    })
  }

  add(major: number): void {
    const { runtimeHostProtocol: protocolVersion } = PROTOCOL_VERSIONS
    const body = make(RuntimeInfoResponse, { protocolVersion, runtimeVersion: v(major) })
    const behave: Behave = (request, program) => {
      this.heard.push(`${major} ${request.kind}`)
      if (request.kind === 'RuntimeInfoRequest') return { kind: 'RuntimeInfoResponse', body }
      if (request.kind === 'RuntimeConsensusSyncRequest') {
        return { kind: 'RuntimeConsensusSyncResponse', body: {} }
      }
      return behaveWell(request, program)
    }
    const launcher = new FakeLauncher(behave)
    this.launchers.set(major, launcher)
    this.runtime.add(
      new HostedProgram({
        host: testHost,
        version: v(major),
        checksVersion: 'yes',
        launcher,
        serve: () => assert.fail('it asks'),
        world: this.world,
      }),
    )
  }

  /** What was heard since this was called last. */
  takeHeard(): readonly string[] {
    return this.heard.splice(0)
  }
}

describe('a hot upgrade', () => {
  it('answers by the version of the epoch, which has been warm before', async () => {
    const upgrade = new Upgrade()
    const { runtime, launchers } = upgrade
    upgrade.add(2)
    upgrade.add(1)
    assert.deepEqual(runtime.versions, [v(1), v(2)])
    runtime.start()
    await runtime.choose({ active: v(1), next: undefined })
    await runtime.call(ping)
    assert.deepEqual(upgrade.takeHeard(), ['1 RuntimeInfoRequest', '1 RuntimePingRequest'])
    await runtime.choose({ active: v(1), next: v(2) })
    await settle()
    assert.deepEqual(upgrade.takeHeard(), ['2 RuntimeInfoRequest'])
    await runtime.call(ping)
    await runtime.call(sync)
    await settle()
    const told = ['1 RuntimePingRequest', '1 RuntimeConsensusSyncRequest']
    assert.deepEqual(upgrade.takeHeard().toSorted(), [
      ...told.toSorted(),
      '2 RuntimeConsensusSyncRequest',
    ])

    await runtime.choose({ active: v(2), next: undefined })
    assert.equal((await runtime.call(ping)).kind, 'Empty')
    assert.deepEqual(upgrade.takeHeard(), ['2 RuntimePingRequest'])
    assert.equal(runtime.version?.major, 2)
    assert.equal(runtime.info?.runtimeVersion.major, 2)
    assert.equal(await launchers.get(1)?.last.ended, 'SIGKILL')
    assert.equal(launchers.get(2)?.programs.length, 1)
    assert.equal(runtime.has(v(1)), false)
    assert.deepEqual(runtime.versions, [v(2)])
    assert.deepEqual(upgrade.events.slice(-2), ['versions-changed', 'started 2'])
    await runtime.stop()
    assert.deepEqual(upgrade.world.bugs, [])
  })

  it('waits for a version that is not there yet', async () => {
    const upgrade = new Upgrade()
    const { runtime, time } = upgrade
    runtime.start()
    await runtime.choose({ active: v(3), next: undefined })
    const late = assert.rejects(runtime.call(ping, { deadlineMs: 10 }), {
      reason: 'runtimeHost.notReady',
    })
    await settle()
    time.advance(10)
    await late
    const call = runtime.call(ping)
    upgrade.add(3)
    assert.equal((await call).kind, 'Empty')
    await runtime.abort('give-up')
    await runtime.stop()
    assert.deepEqual(upgrade.world.bugs, [])
  })

  it('starts nothing before it is started, and all that is chosen then', async () => {
    const upgrade = new Upgrade()
    const { runtime, launchers } = upgrade
    upgrade.add(1)
    await runtime.choose({ active: v(1), next: undefined })
    await settle()
    assert.equal(launchers.get(1)?.programs.length, 0)
    runtime.start()
    assert.equal((await runtime.call(ping)).kind, 'Empty')
    await runtime.stop()
    assert.deepEqual(upgrade.world.bugs, [])
  })

  it('goes on with a version that was taken back for a time', async () => {
    const upgrade = new Upgrade()
    const { runtime, launchers } = upgrade
    upgrade.add(1)
    upgrade.add(2)
    runtime.start()
    await runtime.choose({ active: v(1), next: v(2) })
    await runtime.choose({ active: v(1), next: undefined })
    assert.deepEqual(runtime.versions, [v(1), v(2)])
    assert.equal(await launchers.get(2)?.last.ended, 'SIGKILL')
    await runtime.choose({ active: v(2), next: undefined })
    await runtime.call(ping)
    assert.equal(upgrade.takeHeard().at(-1), '2 RuntimePingRequest')
    assert.equal(launchers.get(2)?.programs.length, 2)
    await runtime.stop()
    assert.deepEqual(upgrade.world.bugs, [])
  })

  it('keeps a version that comes again at once after it was forgotten', async () => {
    const upgrade = new Upgrade()
    const { runtime } = upgrade
    upgrade.add(1)
    upgrade.add(2)
    runtime.start()
    void runtime.choose({ active: v(2), next: undefined })
    assert.equal(runtime.has(v(1)), false)
    void runtime.choose({ active: undefined, next: undefined })
    upgrade.add(1)
    await runtime.choose({ active: v(1), next: undefined })
    await runtime.call(ping)
    assert.equal(upgrade.takeHeard().at(-1), '1 RuntimePingRequest')
    await runtime.stop()
    assert.deepEqual(upgrade.world.bugs, [])
  })
})
