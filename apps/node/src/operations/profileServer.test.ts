import assert from 'node:assert/strict'
import { request } from 'node:http'
import { describe, it } from 'node:test'
import { createLogger, SILENT } from '@wadi/base/log'
import { PROFILE_SECONDS, PROFILE_SECONDS_MAX } from './limits.ts'
import { isLoopbackHost, secondsOf, serveProfiles } from './profileServer.ts'

const log = createLogger('profiles', SILENT)
const health = async () => ({ healthy: true, reasons: [] })

/** Asks with headers that `fetch` sets itself. */
function ask(port: number, path: string, headers: Readonly<Record<string, string>> = {}) {
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port, path, headers }, (response) => {
      let body = ''
      response.on('data', (part) => (body += part))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
    asking.on('error', reject)
    asking.end()
  })
}

describe('profiles of a process', () => {
  it('are of its time, one at a time, for as many seconds as are wanted', async () => {
    const profiles = await serveProfiles({ host: '', port: 0, health, log })
    const asking = ask(profiles.port, '/debug/pprof/profile?seconds=1')
    // The first has to be there before another one is refused.
    let second = await ask(profiles.port, '/debug/pprof/profile?seconds=1')
    while (second.status === 200)
      second = await ask(profiles.port, '/debug/pprof/profile?seconds=1')
    const first = await asking
    assert.equal(first.status, 200)
    assert.ok(JSON.parse(first.body).nodes.length > 0)
    assert.equal(second.status, 503)
    profiles.close()
  })

  it('take seconds within bounds', async () => {
    assert.equal(secondsOf(null), PROFILE_SECONDS)
    assert.equal(secondsOf('1'), 1)
    assert.equal(secondsOf(`${PROFILE_SECONDS_MAX}`), PROFILE_SECONDS_MAX)
    for (const text of ['0', `${PROFILE_SECONDS_MAX + 1}`, '-1', '1.5', '', 'ten', '9'.repeat(99)])
      assert.equal(secondsOf(text), undefined)
    const profiles = await serveProfiles({ host: '127.0.0.1', port: 0, health, log })
    assert.equal((await ask(profiles.port, '/debug/pprof/profile?seconds=0')).status, 400)
    assert.equal((await ask(profiles.port, '/')).status, 404)
    assert.equal((await ask(profiles.port, '//')).status, 400)
    assert.equal((await ask(profiles.port, '/debug/pprof/')).status, 200)
    profiles.close()
  })

  it('are for nobody who asks through a browser', async () => {
    const profiles = await serveProfiles({ host: 'localhost', port: 0, health, log })
    const at = '/debug/pprof/'
    assert.equal((await ask(profiles.port, at, { origin: 'https://a.example' })).status, 403)
    assert.equal((await ask(profiles.port, at, { host: `a.example:${profiles.port}` })).status, 403)
    profiles.close()
  })

  it('show no memory to other machines', async () => {
    const profiles = await serveProfiles({ host: '0.0.0.0', port: 0, health, log })
    const { status, body } = await ask(profiles.port, '/debug/pprof/heap')
    assert.equal(status, 403)
    assert.match(body, /secrets/)
    profiles.close()
    for (const host of ['127.0.0.1', '127.9.9.9', '[::1]', '::1', 'localhost'])
      assert.ok(isLoopbackHost(host))
    for (const host of ['0.0.0.0', '127.0.0.1.example', '127.example', '', '10.0.0.1'])
      assert.ok(!isLoopbackHost(host))
  })

  it('say when they have no port', async () => {
    const one = await serveProfiles({ host: '', port: 0, health, log })
    const two = serveProfiles({ host: '', port: one.port, health, log })
    await assert.rejects(two, { reason: 'node.profiles', message: /cannot listen on 127/ })
    one.close()
  })
})
