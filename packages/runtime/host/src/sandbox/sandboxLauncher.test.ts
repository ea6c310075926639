import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { bubblewrap, HOUSE, missingBubblewrap as skip } from '../testing/bubblewrap.ts'
import { HostedProbe, PROBE_PATH, START_MS } from '../testing/probe.ts'
import { processTimers } from '../testing/testWorld.ts'
import { sandboxLauncher } from './sandboxLauncher.ts'

function launcherOf(bwrap: string) {
  const program = { path: process.execPath, args: [PROBE_PATH], readable: { [HOUSE]: HOUSE } }
  return sandboxLauncher(program, { timers: processTimers, connectMs: START_MS, bubblewrap: bwrap })
}

describe('a runtime in a sandbox', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'wadi-secret-'))
  const secret = join(folder, 'secret')
  let probe: HostedProbe | undefined
  const ask = (method: string, argument?: string) => probe!.ask(method, argument)

  before(async () => {
    writeFileSync(secret, 'secret')
    process.env['WADI_SANDBOX_SECRET'] = 'secret'
    probe = new HostedProbe(launcherOf(bubblewrap!))
    assert.equal(await ask('read', PROBE_PATH).then((text) => text.includes('A runtime')), true)
  })

  after(async () => {
    await probe?.hosted.stop()
    assert.deepEqual(probe?.world.bugs ?? [], [])
    rmSync(folder, { recursive: true, force: true })
    delete process.env['WADI_SANDBOX_SECRET']
  })

  it('cannot read what the sandbox hides from it', async () => {
    for (const path of [secret, '/etc/passwd', '/etc/shadow', '/proc/1/environ', '/sys/kernel']) {
      assert.equal(await ask('read', path), 'refused: ENOENT', path)
    }
    for (const path of [folder, homedir(), '/etc', '/proc', '/sys', '/var', '/home', '/root']) {
      const seen = await ask('list', path)
      const isPartOfRoot = HOUSE.startsWith(path)
      assert.ok(isPartOfRoot || seen === 'refused: ENOENT', `${path}: ${seen}`)
    }
    const [, ofRoot, ofTmp] = HOUSE.split('/')
    assert.equal(await ask('list', '/tmp'), ofRoot === 'tmp' ? ofTmp : '')
    const top = (await ask('list', '/')).split(' ')
    const shown = new Set(['dev', 'entrypoint', 'host.sock', 'lib64', 'tmp', 'usr', ofRoot])
    assert.deepEqual(
      top.filter((name) => !shown.has(name)),
      [],
    )
  })

  it('sees no libraries but those that it needs', async () => {
    const libraries = (await ask('list', '/usr/lib')).split(' ')
    assert.ok(libraries.includes('libc.so.6'))
    assert.ok(libraries.length < 20, libraries.join(' '))
    assert.match(await ask('list', '/usr/bin'), /ENOENT/)
  })

  it('sees nothing of the environment of its node', async () => {
    const names = (await ask('environment')).split(' ')
    assert.deepEqual(
      names.filter((name) => name !== 'PWD'),
      ['OASIS_WORKER_HOST'],
    )
  })

  it('writes nowhere but in its own memory', async () => {
    for (const path of ['/entrypoint', '/usr/lib/libc.so.6', join(HOUSE, 'x'), '/dev/null/x']) {
      assert.match(await ask('write', path), /refused: (EROFS|EACCES|EPERM|ETXTBSY|ENOTDIR)/, path)
    }
    for (const path of ['/tmp/wadi-probe', '/usr/lib/wadi-probe', '/wadi-probe']) {
      assert.equal(await ask('write', path), 'written')
      assert.ok(!existsSync(path), path)
    }
  })

  it('has no network, and no processes but its own', async () => {
    assert.equal(await ask('interfaces'), 'lo')
    assert.equal(await ask('signal', String(process.pid)), 'refused: ESRCH')
  })
})

describe('a sandbox that cannot be made', () => {
  it('is a runtime that does not start, and never one without a sandbox', async () => {
    const hosted = new HostedProbe(launcherOf('/nowhere/bwrap')).hosted
    const told = new Promise((resolve) => hosted.watch(resolve))
    const event = (await told) as { fault: { kind: string; detail: string } }
    assert.equal(event.fault.kind, 'no-start')
    assert.match(event.fault.detail, /bubblewrap|sandboxes/)
    await hosted.stop()
  })
})
