import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { freePorts } from '@wadi/compose/free-ports'
import { makeNetworkFolders, type NodeFolder } from '@wadi/compose/network-folders'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import { processClock } from '@wadi/compose/process-world'
import { SOFTWARE_VERSION } from '@wadi/compose/software-version'
import { NodeProcess } from '@wadi/compose/testing/node-process'
import { calls } from '@wadi/consensus/control/api'
import { Channel } from '@wadi/grpc/channel'
import { createClient } from '@wadi/grpc/client'
import { cborCodec } from '@wadi/grpc/codec'
import { service, unary } from '@wadi/grpc/service'

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
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args])
  return { status, printed: stdout.toString(), said: stderr.toString() }
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

  it('answers its operator at the socket, and others at a port without what is his', async () => {
    const node = await makeNode('called')
    const [port] = await freePorts(1)
    const started = new NodeProcess(PROGRAM, node)
    writeFileSync(join(node.dataDir, 'node.log'), '')
    started.start(`--wadi.api.address=127.0.0.1:${port}`)
    await untilLogged(node, started, '"msg":"started"')
    const socket = join(node.dataDir, 'internal.sock')
    assert.equal(statSync(socket).mode & 0o777, 0o600)
    const world = { clock: processClock, timers: nodeTimers }
    const own = new Channel({ target: `unix:${socket}`, ...world })
    const others = new Channel({ target: `127.0.0.1:${port}`, ...world })
    const { request, response } = calls['NodeController/GetStatus']
    const controller = service('oasis-core.NodeController', {
      GetStatus: unary(cborCodec(request), cborCodec(response)),
    })
    const status = await createClient(own, controller).GetStatus()
    assert.equal(status.mode, 'validator')
    assert.equal(status.softwareVersion, SOFTWARE_VERSION)
    assert.equal(status.debug?.enabled, true)
    const refused = createClient(others, controller).GetStatus()
    await assert.rejects(refused, { reason: 'grpc.unimplemented' })
    own.close()
    others.close()
    assert.equal(await started.stop(), 0)
    assert.ok(!existsSync(socket))
  })

  it('belongs to the entity of tests where it is told so, and says what it does not heed', async () => {
    const node = await makeNode('owned')
    const started = new NodeProcess(PROGRAM, node)
    writeFileSync(join(node.dataDir, 'node.log'), '')
    // Its own owner is in the registry, and has it registered: that one is not.
    started.start('--debug.test_entity', '--debug.crash.default=0.1')
    await untilLogged(node, started, '"why":"owner-unknown"')
    assert.match(logOf(node), /"it has no effect","key":"--debug\.crash\.default"/)
    assert.equal(await started.stop(), 0)
  })

  it('tells its version, and what it can be told', () => {
    const { status, printed } = run('--version')
    assert.equal(status, 0)
    assert.match(
      printed,
      /^Software version: 26\.1\.0.*\nConsensus:\n {2}Consensus protocol version: /,
    )
    assert.match(run('--help').printed, /--config string/)
  })

  it('ends with 2 and a sentence when what it is told makes no sense', async () => {
    const missing = run('--config', join(folder, 'nothing.yml'))
    assert.equal(missing.status, 2)
    assert.match(missing.said, /^Error: .*there is no such file; create it, or name another\n$/)
    const { configPath } = await makeNode('told')
    const forTests = ['--config', configPath, '--debug.dont_blame_oasis']
    const strange = run(...forTests, '--consensus.listen_address=here')
    assert.equal(strange.status, 2)
    assert.match(strange.said, /^Error: .*consensus\.listen_address: must be an address .*\n$/)
    const unknown = run(...forTests, '--consensus.lisen_address=here')
    assert.equal(unknown.status, 2)
    assert.match(unknown.said, /consensus\.listen_address/)
    writeFileSync(configPath, 'a: {')
    const broken = run(...forTests)
    assert.equal(broken.status, 2)
    assert.match(broken.said, /^Error: .*config\.yml:\d+:\d+: /)
  })

  it('ends with 0 and a sentence where its operator wants it to halt', async () => {
    const { configPath, dataDir } = await makeNode('halted')
    const halting = [
      ...['--debug.dont_blame_oasis', '--consensus.halt_height=3'],
      '--consensus.upgrade_stop_delay=0s',
    ]
    const { status, said } = run('--config', configPath, ...halting)
    assert.equal(status, 0)
    assert.match(said, /^wadi-node: the configuration says to halt at height 3\n$/)
    assert.deepEqual(readdirSync(join(dataDir, 'exports')), [
      'genesis-wadi network halted-at-2.json',
    ])
  })

  it('goes on after SIGHUP where no terminal can hang up, and no file is to be opened', async () => {
    const node = await makeNode('reloaded')
    const started = new NodeProcess(PROGRAM, node)
    started.start('--common.log.file=')
    const said = () => readFileSync(join(node.dataDir, 'stderr.log'), 'utf8')
    const heard = async (what: string) => {
      for (; !said().includes(what); await sleep(25)) started.checkAlive()
    }
    await heard('"msg":"started"')
    started.signal('SIGHUP')
    await heard('there is no file of a log to open again')
    assert.equal(await started.stop(), 0)
    assert.match(said(), /"stopping","signal":"SIGTERM"/)
  })

  it('ends with 2, and touches nothing, when another process uses its folder', async () => {
    const node = await makeNode('two')
    const started = new NodeProcess(PROGRAM, node)
    writeFileSync(join(node.dataDir, 'node.log'), '')
    started.start()
    await untilLogged(node, started, '"msg":"started"')
    const { status, said } = run('--config', node.configPath, '--debug.dont_blame_oasis')
    assert.equal(status, 2)
    assert.match(
      said,
      /a node answers on .*; stop that node, or give this one a folder of its own\n/,
    )
    assert.equal(await started.stop(), 0)
  })
})
