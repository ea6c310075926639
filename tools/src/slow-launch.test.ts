/** Starts the launcher as a person does; each start costs a tenth of a second or more. */

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { ROOT } from './repository.ts'

const LAUNCHER = join(ROOT, 'tools/launch.mjs')

function launch(...args: string[]) {
  return spawnSync(process.execPath, [LAUNCHER, ...args], { encoding: 'utf8' })
}

describe('the launcher', () => {
  it('runs a command and hands its exit code on', () => {
    const good = launch('start', '--help')
    assert.equal(good.status, 0)
    assert.match(good.stdout, /^a network of validators on this machine/)
    assert.equal(launch('unit', 'no-such-test').status, 1)
  })

  it('names its commands when it is given none of them', () => {
    for (const args of [[], ['no-such-command'], ['toString']]) {
      const done = launch(...args)
      assert.equal(done.status, 1)
      assert.match(done.stderr, /^Usage: .*start \| test/)
    }
  })

  it('starts a network that Ctrl-C ends in order, though the signal comes twice', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wadi-launched-'))
    try {
      const place = ['--folder', join(folder, 'network'), '--validators', '1']
      const child = spawn(process.execPath, [LAUNCHER, 'start', ...place], {
        stdio: ['ignore', 'pipe', 'pipe'],
        // A terminal sends a signal to all processes of a group.
        detached: true,
      })
      const ended = new Promise((resolve) => child.once('exit', resolve))
      let said = ''
      let isTold = false
      for await (const chunk of child.stdout.setEncoding('utf8')) {
        said += chunk
        if (isTold || !said.includes('block 2 ')) continue
        isTold = true
        process.kill(-child.pid!, 'SIGINT')
      }
      assert.equal(await ended, 0)
      assert.match(said, /block 2 {2}epoch 0/)
      assert.ok(!existsSync(join(folder, 'network/running.pid')))
      assert.throws(() => process.kill(-child.pid!, 0), { code: 'ESRCH' })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('ends by the signal of a terminal that is closed: there is nothing to give back to it', async () => {
    const child = spawn(process.execPath, [LAUNCHER, 'bench'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const ended = once(child, 'exit')
    child.stderr.once('data', () => child.kill('SIGHUP'))
    assert.deepEqual(await ended, [null, 'SIGHUP'])
  })

  it('hands signals on and ends as the command does', async () => {
    const child = spawn(process.execPath, [LAUNCHER, 'bench'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.stderr.once('data', () => child.kill('SIGINT'))
    assert.equal(await ended, 130)
  })

  it('says why it cannot install without a registry', () => {
    const folder = mkdtempSync(join(tmpdir(), 'wadi-launch-'))
    try {
      cpSync(LAUNCHER, join(folder, 'tools/launch.mjs'))
      writeFileSync(join(folder, 'package.json'), '{ "dependencies": { "fast-check": "4.10.2" } }')
      writeFileSync(join(folder, 'package-lock.json'), '{ "lockfileVersion": 3, "packages": {} }')
      const done = spawnSync(process.execPath, [join(folder, 'tools/launch.mjs'), 'start'], {
        encoding: 'utf8',
        env: {
          ...process.env,
          npm_config_registry: 'http://127.0.0.1:9/',
          npm_config_cache: join(folder, 'cache'),
          npm_config_fetch_retries: '0',
        },
      })
      assert.equal(done.status, 1)
      assert.match(done.stderr, /^Installing dependencies .*\nnpm cannot reach its registry/)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
