import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { describe, it } from 'node:test'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { CONNECT_MS } from '../limits.ts'
import { HostSocket } from './hostSocket.ts'

const GROUP_AND_OTHERS = 0o077
const never = new Promise<string>(() => undefined)

function waiting(ended: Promise<string> = never) {
  const controller = new AbortController()
  return { controller, expected: { ms: CONNECT_MS, ended, signal: controller.signal } }
}

describe('the socket on which a host waits', () => {
  it('is for nobody else, and for the first who connects', async () => {
    const socket = await HostSocket.listen()
    const folder = dirname(socket.path)
    assert.equal(statSync(folder).mode & GROUP_AND_OTHERS, 0)
    const accepted = socket.accept(new VirtualTime(), waiting().expected)
    const first = connect(socket.path)
    const near = await accepted
    const second = connect(socket.path)
    await assert.rejects(once(second, 'connect'))
    first.write('x')
    await once(near, 'data')
    socket.close()
    assert.ok(!existsSync(folder))
    first.destroy()
    near.destroy()
  })

  it(`waits for ${CONNECT_MS} ms and no longer`, async () => {
    const socket = await HostSocket.listen()
    const time = new VirtualTime()
    const accepted = socket.accept(time, waiting().expected)
    const late = assert.rejects(accepted, { reason: 'runtimeHost.no-start' })
    time.advance(CONNECT_MS - 1)
    assert.equal(time.pending, 1)
    time.advance(1)
    await late
    socket.close()
  })

  it('waits for nobody who has ended, or is not wanted', async () => {
    const socket = await HostSocket.listen()
    const gone = waiting(Promise.resolve('exit code 4')).expected
    await assert.rejects(socket.accept(new VirtualTime(), gone), /exit code 4/)
    socket.close()
    const other = await HostSocket.listen()
    const { controller, expected } = waiting()
    const accepted = assert.rejects(other.accept(new VirtualTime(), expected), /not wanted/)
    controller.abort()
    await accepted
    other.close()
  })
})
