/** Nothing that nodes keep secret is in what they say, by searching for it; `wadi`: apps/cli. */

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { RawClient } from '@wadi/grpc/testing/raw-client'
import { flagKeys } from '@wadi/node-config/config-text'
import { runCommandLine } from '@wadi/node-config/run-command-line'
import { StoppedTestNode } from './commands/testing/stoppedNode.ts'
import { exitCodeOf, sentenceOf } from './exitCodes.ts'
import { rootCommand } from './rootCommand.ts'
import { AttackedNode } from './testing/attackedNode.ts'
import { KeysNetwork } from './testing/keysNetwork.ts'
import { findSecrets, secretsOf } from './testing/secretSearch.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-secrets-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

// Each node that is begun listens to signals.
process.setMaxListeners(100)

const ALL = ['consensus', 'identity', 'p2p', 'p2p_entropy', 'sentry_client_tls_identity']
const NAMES = [...ALL, 'tls_identity', 'vrf'].map((name) => `${name}.pem`)

/** Runs `wadi-node`; everything that it says, whatever becomes of it. */
async function run(...args: readonly string[]): Promise<string> {
  let said = ''
  const stream = {
    write: (text: string) => {
      said += text
    },
  }
  const world = { out: stream, err: stream, environment: {}, keys: flagKeys(), exitCodeOf }
  try {
    await runCommandLine(rootCommand, args, world)
  } catch (error) {
    // As the program does.
    said += `${sentenceOf(error)}\n${error instanceof Error ? error.stack : ''}`
  }
  return said
}

/** Sends something, and hears what comes back, if anything. */
function talk(port: number, words: Uint8Array): Promise<Buffer> {
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    const socket = connect(port, '127.0.0.1', () => socket.end(words))
    socket.setTimeout(1_000, () => socket.destroy())
    socket.on('data', (part: Buffer) => parts.push(part))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(Buffer.concat(parts)))
  })
}

describe('Bad input: nothing secret', () => {
  it('the search finds a secret in whatever form it is told', () => {
    const bytes = Uint8Array.from({ length: 32 }, (_, i) => (i * 37 + 250) & 0xff)
    const secret = { name: 'it', bytes }
    const buffer = Buffer.from(bytes)
    const told = [
      bytes,
      `key ${buffer.toString('hex')}`,
      buffer.toString('hex').toUpperCase().slice(11),
      JSON.stringify({ key: buffer.toString('base64') }),
      Buffer.concat([Buffer.from('a'), buffer]).toString('base64url'),
      Buffer.concat([Buffer.from('ab'), buffer.subarray(5, 20)]).toString('base64'),
      JSON.stringify(bytes),
      JSON.stringify([...bytes]),
      `<Buffer ${[...bytes].join(' ')}>`,
    ]
    for (const each of told) assert.deepEqual(findSecrets([secret], each), ['it'], String(each))
    assert.deepEqual(findSecrets([secret], 'nothing at all'), [])
  })

  it('in logs, status, metrics and answers of a node that runs and is asked badly', async () => {
    const node = await AttackedNode.start({
      folder: join(folder, 'runs'),
      timeoutCommitMs: 20n,
      level: 'debug',
    })
    const { dataDir, configPath, metricsPort, peersPort, port } = node
    const secrets = secretsOf(dataDir)
    assert.deepEqual(secrets.map(({ name }) => name).toSorted(), NAMES)
    const said: (Uint8Array | string)[] = []
    using client = node.client('socket')
    const garbage = Buffer.concat([Buffer.of(0, 0, 0, 0, 2), Buffer.of(0xff, 0xff)])
    const nothing = Buffer.alloc(5)
    for (const name of ['GetStatus', 'IsSynced', 'UpgradeBinary', 'AddBundle', 'CancelUpgrade'])
      for (const words of [garbage, nothing]) {
        const { headers, body } = await client.ask(`/oasis-core.NodeController/${name}`, words)
        said.push(JSON.stringify(headers), body)
      }
    said.push(await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text())
    for (const at of [port, peersPort, metricsPort]) said.push(await talk(at, garbage))
    const at = ['--address', `unix:${join(dataDir, 'internal.sock')}`]
    const file = ['--config', configPath]
    said.push(await run('control', 'status', ...at))
    said.push(await run('doctor', ...file, '--output', 'json'))
    said.push(await run('config', 'show', ...file), await run('config', 'check', ...file))
    said.push(await run('identity', 'show-sentry-client-pubkey', '--datadir', dataDir))
    // It is in use: this says why.
    said.push(await run(...file, '--debug.dont_blame_oasis'))
    await node.checkWell()
    await node.stop()
    assert.match(node.log, /"level":"debug"/)
    said.push(node.log, node.said)
    for (const each of said) assert.deepEqual(findSecrets(secrets, each), [])
    assert.ok(said.join('').length > 10_000)
  })

  it('in what nodes say that compute, and that keep the secrets of runtimes', async () => {
    const network = await KeysNetwork.start(join(folder, 'keys'))
    const names = ['node-0', 'keymanager-0', 'compute-0']
    const nodes = names.map((name) => network.node(name))
    const [, keeper, compute] = nodes
    const value = 'what nobody else may read in a log'
    await network.insert(compute!, 'diary', value)
    const said: (Uint8Array | string)[] = []
    for (const { folder: place, metricsPort } of nodes) {
      const file = ['--config', place.configPath]
      said.push(await run('control', 'status', ...file), await run('config', 'show', ...file))
      said.push(await run('doctor', ...file, '--output', 'json'))
      for (const path of ['metrics', 'health'])
        said.push(await (await fetch(`http://127.0.0.1:${metricsPort}/${path}`)).text())
      // Calls that make no sense, of which the answers and the log tell.
      using client = new RawClient({ path: join(place.dataDir, 'internal.sock') })
      for (const name of ['SubmitTx', 'CheckTx', 'Query', 'GetBlock']) {
        const { headers, body } = await client.ask(
          `/oasis-core.RuntimeClient/${name}`,
          Buffer.concat([Buffer.of(0, 0, 0, 0, 2), Buffer.of(0xff, 0xff)]),
        )
        said.push(JSON.stringify(headers), body)
      }
    }
    await network.stop()
    const secrets = nodes.flatMap(({ folder: { dataDir } }) => secretsOf(dataDir))
    assert.ok(secrets.length >= 3 * 4)
    const master = await network.masterSecret(keeper!)
    const told = [...said, ...nodes.flatMap((node) => network.saidBy(node))]
    const plain = { name: 'what was encrypted', bytes: Buffer.from(value) }
    for (const each of told) assert.deepEqual(findSecrets([...secrets, master, plain], each), [])
    const logs = nodes.map((node) => Buffer.concat(network.saidBy(node)).toString())
    for (const log of logs) assert.ok(log.includes('"level":"debug"'))
    assert.match(said.join(''), /"keymanager"/)
  })

  it('in the errors of a node whose keys are damaged', async () => {
    using stopped = await StoppedTestNode.run(2n)
    const { dataDir } = stopped
    const secrets = secretsOf(dataDir)
    assert.equal(secrets.length, NAMES.length)
    const log = join(stopped.folder, 'node.log')
    const config = stopped.config(
      `genesis: {file: ${stopped.genesis}}`,
      'consensus: {listen_address: "tcp://127.0.0.1:0"}',
      'p2p: {port: 0}',
    )
    const flags = ['--debug.dont_blame_oasis', '--common.debug.allow_root=true']
    const args = ['--config', config, ...flags, `--common.log.file=${log}`]
    const damages: readonly ((text: string) => string)[] = [
      (text) => text.slice(0, 90),
      (text) => text.replace(/^(-.*\n.{20})./, '$1!'),
      (text) => text.replace('BEGIN', 'BEGUN'),
      (text) => text.split('\n').slice(1).join('\n'),
      (text) => JSON.stringify({ key: text }),
      (text) => `${text}${text}`,
    ]
    for (const name of NAMES) {
      const path = join(dataDir, name)
      const text = readFileSync(path, 'utf8')
      for (const damage of damages) {
        writeFileSync(path, damage(text))
        const said = await run(...args)
        assert.match(said, new RegExp(name.replace('.pem', '')), `${name} is refused: ${said}`)
        assert.deepEqual(findSecrets(secrets, said), [], said)
      }
      writeFileSync(path, text)
    }
    assert.deepEqual(findSecrets(secrets, readFileSync(log)), [])
  })

  it('in the errors about keys that the configuration names', async () => {
    using stopped = await StoppedTestNode.run(1n)
    const { dataDir } = stopped
    const secrets = secretsOf(dataDir)
    const key = join(dataDir, 'identity.pem')
    const certificate = join(dataDir, 'tls_identity_cert.pem')
    const config = stopped.config(
      `genesis: {file: ${stopped.genesis}}`,
      'consensus: {listen_address: "tcp://127.0.0.1:0"}',
      'p2p: {port: 0}',
    )
    const flags = ['--debug.dont_blame_oasis', '--common.debug.allow_root=true']
    const args = ['--config', config, ...flags]
    const signer = ['--wadi.signer.kind=stock', `--wadi.signer.state_dir=${dataDir}`]
    const tls = [`--wadi.api.tls_key=${key}`, `--wadi.api.tls_certificate=${certificate}`]
    const cases = [
      [...tls, '--wadi.api.address=127.0.0.1:0'],
      [...signer, `--wadi.signer.key_file=${key}`],
      ['--mode=validator', `--registration.entity=${key}`],
      [`--genesis.file=${key}`],
      ['--config', key],
    ]
    for (const words of cases) {
      const said = await run(...args, ...words)
      assert.match(said, /identity\.pem/)
      assert.deepEqual(findSecrets(secrets, said), [], said)
    }
  })
})
