import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeNetworkFolders, type NodeFolder } from '@wadi/compose/network-folders'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import { freePorts, NodeProcess } from '@wadi/compose/testing/node-process'

const PROGRAM = join(import.meta.dirname, 'main.ts')
const MAKE_NETWORK = join(import.meta.dirname, 'makeNetwork.ts')
const folder = mkdtempSync(join(tmpdir(), 'wadi-main-'))
process.on('exit', () => rmSync(folder, { recursive: true }))

/** The folder of a network of one. */
async function makeNode(name: string): Promise<NodeFolder> {
  const network = createNetworkGenesis({ seed: name, validators: 1, timeoutCommitMs: 20n })
  const ports = await freePorts(1)
  const [node] = makeNetworkFolders({ folder: join(folder, name), network, ports })
  return node!
}

/** Runs the program to its end. */
function run(...args: readonly string[]) {
  const { status, stderr } = spawnSync(process.execPath, [PROGRAM, ...args])
  return { status, said: stderr.toString() }
}

const logOf = ({ dataDir }: NodeFolder) => readFileSync(join(dataDir, 'node.log'), 'utf8')

async function untilLogged(node: NodeFolder, started: NodeProcess, what: string): Promise<void> {
  for (;;) {
    started.checkAlive()
    if (logOf(node).includes(what)) return
    await sleep(25)
  }
}

describe('wadi-node', () => {
  it('runs a network of one, serves metrics, and ends with 0 when asked to', async () => {
    const [p2pPort, port] = await freePorts(2)
    const network = join(folder, 'one')
    const chosen = ['--nodes', '1', '--port', `${p2pPort}`, '--timeout-commit', '20']
    const made = spawnSync(process.execPath, [
      MAKE_NETWORK,
      ...['--folder', network, '--application', 'kvstore', ...chosen],
    ])
    const [configPath = '', address = ''] = made.stdout.toString().trim().split(/ +/)
    const node = { dataDir: join(network, 'node-0'), configPath, address }
    const started = new NodeProcess(PROGRAM, node)
    writeFileSync(join(node.dataDir, 'node.log'), '')
    started.start('--metrics.mode=pull', `--metrics.address=127.0.0.1:${port}`)
    await untilLogged(node, started, '"height":"3"')
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    assert.match(text, /^cometbft_consensus_height\{chain_id=.*\} [1-9]/m)
    assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 404)
    assert.equal(await started.stop(), 0)
    assert.match(logOf(node), /"msg":"stopped"/)
  })

  it('ends with 2 and a sentence when what it is told makes no sense', async () => {
    const untold = run()
    assert.equal(untold.status, 2)
    assert.match(untold.said, /^wadi-node: arguments: usage: wadi-node --config <file>/)
    const missing = run('--config', join(folder, 'nothing.json'))
    assert.equal(missing.status, 2)
    assert.match(missing.said, /there is no file/)
    const { configPath } = await makeNode('told')
    const strange = run('--config', configPath, '--consensus.listen_address=here')
    assert.equal(strange.status, 2)
    assert.match(strange.said, /^wadi-node: consensus\.listen_address: .*\n$/)
    writeFileSync(configPath, '{')
    assert.match(run('--config', configPath).said, /not JSON/)
  })

  it('ends with 0 and a sentence where its operator wants it to halt', async () => {
    const { configPath, dataDir } = await makeNode('halted')
    const { status, said } = run('--config', configPath, '--consensus.halt_height=3')
    assert.equal(status, 0)
    assert.match(said, /^wadi-node: the configuration says to halt at height 3\n$/)
    assert.deepEqual(readdirSync(join(dataDir, 'exports')), [
      'genesis-wadi network halted-at-2.json',
    ])
  })

  it('ends with 1 and a sentence when another process signs with its key', async () => {
    const node = await makeNode('two')
    const started = new NodeProcess(PROGRAM, node)
    writeFileSync(join(node.dataDir, 'node.log'), '')
    started.start()
    await untilLogged(node, started, '"msg":"started"')
    const { status, said } = run('--config', node.configPath)
    assert.equal(status, 1)
    assert.match(said, /^wadi-node: signing: another process signs with the key .*\n$/)
    assert.equal(await started.stop(), 0)
  })
})
