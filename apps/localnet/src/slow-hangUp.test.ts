/** However the process of a network ends, its nodes end too; others are found and told. */

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { nodeArguments, until } from '@wadi/compose/testing/node-process'
import { runCommandLine } from '@wadi/node-config/run-command-line'
import { runningNodes } from './folderHold.ts'
import { localnetCommands } from './localnetCommands.ts'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))
const NODE = fileURLToPath(import.meta.resolve('@wadi/node/main'))
const place = mkdtempSync(join(tmpdir(), 'wadi-hang-up-'))
const folder = join(place, 'network')
const begun: ChildProcess[] = []
const CHOICES = ['--validators', '2', '--paratimes', 'none', '--block-time', '50ms']

after(() => {
  for (const child of begun) child.kill('SIGKILL')
  rmSync(place, { recursive: true })
})

/** Starts a network as a person does. */
function beginNetwork(path: string, choices: readonly string[], environment = process.env) {
  const args = [MAIN, '--folder', path, '--plain', ...CHOICES, ...choices]
  const stdio = ['ignore', 'pipe', 'pipe'] as const
  const child = spawn(process.execPath, args, { stdio: [...stdio], env: environment })
  begun.push(child)
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said.err += text
    process.stderr.write(text)
  })
  return { child, said }
}

/** Starts the network, and answers when blocks come. */
async function startNetwork(): Promise<ChildProcess> {
  const { child, said } = beginNetwork(folder, ['--processes'])
  await until('a block is told', () => said.out.includes('block '))
  return child
}

const isThere = (pid: number) => existsSync(`/proc/${pid}`)

/** A CometBFT that says which process it is, and nothing to anybody else. */
function speechlessComet(bin: string): NodeJS.ProcessEnv {
  const script = [
    '#!/bin/sh',
    '[ "$1" = version ] && { echo 0.37.18; exit; }',
    `echo $$ > ${bin}/pid.next; mv ${bin}/pid.next ${bin}/pid`,
    'exec sleep 86400',
  ]
  writeFileSync(join(bin, 'cometbft'), `${script.join('\n')}\n`, { mode: 0o755 })
  return { ...process.env, PATH: `${bin}:${process.env['PATH']}` }
}

describe('a network that is asked to end while it begins', () => {
  it('ends its nodes first', async () => {
    const path = join(place, 'early')
    const { child, said } = beginNetwork(path, ['--processes'])
    await until('a node runs', () => runningNodes(path).length > 0)
    child.kill('SIGTERM')
    const [code, signal] = await once(child, 'close')
    assert.deepEqual([code, signal], [0, null])
    assert.deepEqual(runningNodes(path), [])
    assert.match(said.err, /^The network has ended/m)
  })

  it('ends CometBFT first', { skip: process.platform !== 'linux' }, async () => {
    const bin = mkdtempSync(join(place, 'bin-'))
    const pidPath = join(bin, 'pid')
    const choices = ['--engine', 'cometbft', '--validators', '1']
    const { child } = beginNetwork(join(place, 'foreign'), choices, speechlessComet(bin))
    await until('CometBFT runs', () => existsSync(pidPath))
    const pid = Number(readFileSync(pidPath, 'utf8'))
    assert.ok(isThere(pid))
    child.kill('SIGTERM')
    const [code, signal] = await once(child, 'close')
    assert.deepEqual([code, signal], [0, null])
    assert.ok(!isThere(pid))
  })
})

async function run(...words: readonly string[]) {
  const said = { out: '', err: '' }
  const world = {
    environment: {},
    out: { write: (text: string) => (said.out += text) },
    err: { write: (text: string) => (said.err += text) },
  }
  const code = await runCommandLine(localnetCommands, [...words, '--folder', folder], world)
  return { code, ...said }
}

describe('a network whose nodes have processes of their own', () => {
  it('ends in order when its terminal is closed', async () => {
    const child = await startNetwork()
    assert.deepEqual(
      runningNodes(folder).map(({ name }) => name),
      ['node-0', 'node-1'],
    )
    child.kill('SIGHUP')
    const [code, signal] = await once(child, 'exit')
    assert.deepEqual([code, signal], [0, null])
    assert.deepEqual(runningNodes(folder), [])
    assert.ok(!existsSync(join(folder, 'running.pid')))
  })

  it('is begun by one process at a time', async () => {
    const child = await startNetwork()
    rmSync(join(folder, 'running.pid'))
    const { code, err } = await run('--fresh')
    assert.equal(code, 1)
    assert.match(err, new RegExp(`^Error: another process \\(${child.pid}\\) begins, runs or`))
    child.kill('SIGTERM')
    await once(child, 'exit')
  })

  it('leaves no node behind when it is killed, and goes on with the next start', async () => {
    const child = await startNetwork()
    child.kill('SIGKILL')
    await once(child, 'exit')
    await until('its nodes have ended', () => runningNodes(folder).length === 0, 20_000)
    const next = await startNetwork()
    const ended = once(next, 'exit')
    const stopped = await run('stop')
    assert.deepEqual([stopped.code, stopped.err], [0, ''])
    await ended
  })

  it('is left alone while a node of it runs, which is named and can be stopped', async () => {
    const config = join(folder, 'node-0', 'config.yml')
    const node = spawn(process.execPath, nodeArguments(NODE, config), { stdio: 'ignore' })
    begun.push(node)
    await until('the node runs', () => runningNodes(folder).length > 0)
    const pid = `node-0 \\(process ${node.pid}\\)`
    const refused = new RegExp(
      `^Error: nodes of the network in .* still run: ${pid}; end them with`,
    )
    for (const words of [
      ['rewind', '--height', '2'],
      ['snapshot', 'a'],
      ['restore', 'a'],
      ['--fresh'],
    ]) {
      const { code, err } = await run(...words)
      assert.deepEqual([words, code], [words, 1])
      assert.match(err, refused)
    }
    assert.ok(existsSync(config), 'nothing is forgotten')
    const { code, out } = await run('status')
    assert.equal(code, 1)
    assert.match(
      out,
      new RegExp(`no network runs in .*\\nthese nodes of one do: ${pid}; stop ends`),
    )
    const ended = once(node, 'exit')
    assert.match((await run('stop')).out, new RegExp(`^nodes that were left have ended: ${pid}`))
    await ended
    assert.match((await run('stop')).out, /^no network runs in /)
  })
})
