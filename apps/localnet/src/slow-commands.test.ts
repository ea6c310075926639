/** What programs are told of a network: every command with `--output json`. */

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runCommandLine } from '@wadi/node-config/run-command-line'
import { localPrivateKey } from './accounts.ts'
import { createNetwork, type LocalNetwork } from './createNetwork.ts'
import { holdFolder } from './folderHold.ts'
import { localnetCommands } from './localnetCommands.ts'

/** So many blocks are looked at, of which fifty come in a second. */
const BLOCKS = 40
const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))
const place = mkdtempSync(join(tmpdir(), 'wadi-told-'))
const folder = join(place, 'network')

async function run(...words: readonly string[]) {
  const said = { out: '', err: '' }
  const stream = (name: keyof typeof said) => ({
    write: (text: string) => {
      said[name] += text
    },
  })
  const world = { environment: {}, out: stream('out'), err: stream('err') }
  const code = await runCommandLine(localnetCommands, [...words, '--folder', folder], world)
  return { code, ...said }
}

async function ask(...words: readonly string[]) {
  const { code, out, err } = await run(...words, '--output', 'json')
  assert.equal(err, '')
  return { code, told: JSON.parse(out) }
}

async function reach({ nodes }: LocalNetwork, height: bigint): Promise<void> {
  for await (const block of nodes[0]!.client.consensus.watchBlocks())
    if (block.height >= height) return
}

describe('the commands of a local network', () => {
  after(() => rmSync(place, { recursive: true }))

  it('tell programs of a network that runs, in JSON', async () => {
    await using network = await createNetwork({ folder, validators: 1, blockMs: 20 })
    await reach(network, 3n)
    const { code, told } = await ask('status')
    assert.equal(code, 0)
    assert.deepEqual([told.running, told.pid, told.epoch_blocks], [true, process.pid, 60])
    assert.ok(told.block.height >= 3)
    assert.match(told.endpoints.grpc, /^unix:.*node-0\/internal\.sock$/)
    const [{ name, synced, away, height }] = told.nodes
    assert.deepEqual([name, synced, away], ['node-0', true, false])
    assert.ok(height >= 3)
    const next = await ask('epoch', 'next')
    assert.ok(next.told.epoch > told.epoch)
    const logs = await ask('logs', 'node-0', '-n', '1')
    assert.deepEqual([logs.told.node, logs.told.lines.length], ['node-0', 1])
    const { err } = await run('logs', 'compute-7')
    assert.match(err, /^Error: there is no .*compute-7.node\.log; there are logs of node-0\n$/)
    const help = (await run('logs', '--help')).out
    for (const name of ['node-1', 'compute-0', 'keymanager-0', 'client-0'])
      assert.ok(help.includes(name), name)
  })

  it('tell programs of a network that does not run, in JSON', async () => {
    assert.deepEqual(await ask('status'), { code: 1, told: { running: false, folder } })
    assert.deepEqual(await ask('stop'), { code: 0, told: { stopped: false, folder } })
    assert.deepEqual((await ask('snapshot')).told, { snapshots: [] })
    assert.deepEqual((await ask('snapshot', 'before')).told, { snapshot: 'before' })
    assert.deepEqual((await ask('snapshot')).told, { snapshots: ['before'] })
    assert.deepEqual((await ask('rewind', '--height', '2')).told, { height: 2 })
    assert.deepEqual((await ask('restore', 'before')).told, { restored: 'before' })
  })

  it('end no process of which only the number is known, such as after a reboot', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    after(() => other.kill('SIGKILL'))
    const mark = join(folder, 'running.pid')
    writeFileSync(mark, `${other.pid}\n`)
    assert.deepEqual(await ask('status'), { code: 1, told: { running: false, folder } })
    assert.deepEqual(await ask('stop'), { code: 0, told: { stopped: false, folder } })
    assert.deepEqual([other.exitCode, other.signalCode], [null, null])
    // Who changes the network does not run it, and the number is not its own.
    const hold = holdFolder(folder)
    assert.deepEqual((await ask('status')).told, { running: false, folder })
    hold.release()
    other.kill('SIGKILL')
  })

  it('know no other form', async () => {
    for (const words of [['status'], ['stop'], ['snapshot'], ['logs']]) {
      const { code, out, err } = await run(...words, '--output', 'xml')
      assert.deepEqual([code, out], [1, ''])
      assert.equal(err, 'Error: --output is "xml"; give text or json\n')
    }
    const ended = spawnSync(process.execPath, [MAIN, 'status', '--output', 'xml'])
    assert.equal(ended.status, 2, 'the process says that it was misused')
  })

  it('forget nothing when they are told what makes no sense', async () => {
    for (const [name, value, sentence] of [
      ['--validators', '0', '--validators is 0; it can be from 1 to 100'],
      ['--epoch-blocks', '0', '--epoch-blocks is 0; it can be from 1 to 9007199254740991'],
      ['--engine', 'steam', '--engine is steam; it can be wadi or cometbft'],
      ['--ports', 'few', '--ports is few; it can be usual or any'],
    ] as const) {
      const { code, err } = await run('--fresh', name, value)
      assert.deepEqual([code, err], [1, `Error: ${sentence}\n`])
      assert.ok(existsSync(join(folder, 'network.json')))
    }
  })

  it('tell programs of a network as it goes: the network in a line, then each block', async () => {
    const args = [MAIN, '--folder', folder, '--output', 'json']
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = new Promise((resolve) => child.once('exit', resolve))
    let said = ''
    let told = false
    for await (const chunk of child.stdout.setEncoding('utf8')) {
      said += chunk
      // Once: who is told a second time ends at once, with nothing put in order.
      if (!told && said.split('\n').length > BLOCKS) told = child.kill('SIGINT')
    }
    assert.equal(await ended, 0)
    const [network, ...blocks] = said
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const [block] = blocks
    const heights = blocks.map(({ height }) => height)
    assert.deepEqual(
      heights,
      heights.map((_, i) => block.height + i),
      'each block once, in order',
    )
    assert.deepEqual([network.kind, network.folder], ['network', folder])
    assert.match(network.accounts[0], /^oasis1/)
    assert.deepEqual(
      network.private_keys,
      network.accounts.map((_: string, i: number) => localPrivateKey(i)),
    )
    assert.deepEqual([block.kind, block.proposer], ['block', 'node-0'])
  })
})
