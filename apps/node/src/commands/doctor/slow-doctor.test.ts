import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts } from '@wadi/compose/free-ports'
import { makeNetworkFolders } from '@wadi/compose/network-folders'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import { NodeProcess } from '@wadi/compose/testing/node-process'

const PROGRAM = join(import.meta.dirname, '..', '..', 'main.ts')
const folder = mkdtempSync(join(tmpdir(), 'wadi-doctor-'))
process.on('exit', () => rmSync(folder, { recursive: true }))

function doctor(...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, 'doctor', ...words])
  return { status, out: stdout.toString(), err: stderr.toString() }
}

describe('doctor, of a node that runs', () => {
  it('finds a validator well that has proved its randomness, then what was done to it', async () => {
    const time = { seconds: BigInt(Math.floor(Date.now() / 1000)), nanoseconds: 0 }
    const network = createNetworkGenesis({
      seed: 'doctor',
      validators: 1,
      time,
      beacon: 'vrf',
      epochBlocks: 8n,
    })
    const ports = await freePorts(1)
    const [metricsPort, profilesPort] = await freePorts(2)
    const [node] = makeNetworkFolders({ folder: join(folder, 'well'), network, ports })
    const { dataDir, configPath } = node!
    chmodSync(dataDir, 0o700)
    const log = join(dataDir, 'node.log')
    writeFileSync(log, '')
    const started = new NodeProcess(PROGRAM, node!)
    started.start(
      '--metrics.mode=pull',
      `--metrics.address=127.0.0.1:${metricsPort}`,
      `--pprof.bind_address=127.0.0.1:${profilesPort}`,
    )
    while (!readFileSync(log, 'utf8').includes('the node has proved its randomness')) {
      started.checkAlive()
      await sleep(50)
    }
    const at = ['--address', `unix:${join(dataDir, 'internal.sock')}`]
    assert.deepEqual(doctor(...at), { status: 0, out: 'The node is well.\n', err: '' })
    chmodSync(join(dataDir, 'consensus.pem'), 0o644)
    const { status, out } = doctor('--config', configPath)
    assert.equal(status, 1)
    assert.match(out, /consensus\.pem is not for its owner only/)

    const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
    assert.match(metrics, /^oasis_up 1$/m)
    assert.match(metrics, /^oasis_abci_db_size [1-9]/m)
    const page = `http://127.0.0.1:${profilesPort}/debug/pprof/profile?seconds=1`
    assert.equal((await fetch(page)).status, 200)

    renameSync(log, `${log}.1`)
    started.signal('SIGHUP')
    const reopened = () => {
      try {
        return readFileSync(log, 'utf8').includes('the log was opened again')
      } catch {
        return false
      }
    }
    while (!reopened()) await sleep(50)
    assert.equal(await started.stop(), 0)
    assert.equal(doctor(...at).status, 1)
  })
})
