/** What is wrong in a configuration, and that nothing is touched then. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { parseHex } from '@wadi/base/bytes'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import { writeScriptBundle } from '@wadi/compose/testing/script-bundle'
import { printGenesis } from '@wadi/consensus/genesis/document'
import { flagKeys } from '@wadi/node-config/config-text'
import { runCommandLine } from '@wadi/node-config/run-command-line'
import { ROLE_FILES } from '@wadi/node-crypto/keys/nodeIdentity'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { Namespace } from '@wadi/primitives/namespace'
import { StoppedTestNode } from './commands/testing/stoppedNode.ts'
import { exitCodeOf, MISUSED } from './exitCodes.ts'
import { rootCommand } from './rootCommand.ts'
import { pictureOf } from './testing/folderPicture.ts'

const ENDS_MS_MAX = 20_000
const isPosix = process.platform !== 'win32'
const RUNTIME = `8${'0'.repeat(63)}`
const UNCONFINED = { provisioner: 'unconfined' }
const OWNER = 'JTUtHd4XYQjh//e6eYU7Pa/XMFG88WE+jixvceIfWrk='

/** Whatever of it a test says otherwise. */
interface Said {
  readonly mode?: string
  readonly common?: object
  readonly genesis?: object
  readonly consensus?: object
  readonly p2p?: object
  readonly [section: string]: unknown
}

let stopped: StoppedTestNode

before(async () => {
  stopped = await StoppedTestNode.run(3n)
})
after(() => stopped[Symbol.dispose]())

/** A configuration with which the node could go on, but for what a test says. */
function configOf({ common, genesis, consensus, p2p, ...more }: Said): string {
  const settings = {
    common: { data_dir: stopped.dataDir, debug: { allow_root: true }, ...common },
    genesis: { file: stopped.genesis, ...genesis },
    consensus: { listen_address: 'tcp://127.0.0.1:0', ...consensus },
    p2p: { port: 0, ...p2p },
    ...more,
  }
  const path = join(stopped.folder, 'config.yml')
  // JSON is YAML.
  writeFileSync(path, JSON.stringify(settings, undefined, 1))
  return path
}

/** Runs `wadi-node`, as a person would; gives what it says. */
async function run(...args: readonly string[]): Promise<string> {
  let said = ''
  const out = { write: () => undefined }
  const err = {
    write: (text: string) => {
      said += text
    },
  }
  const world = { out, err, environment: {}, keys: flagKeys(), exitCodeOf }
  // A node that begins goes on for ever.
  const deadline = new AbortController()
  const late = sleep(ENDS_MS_MAX, 'it has begun', { signal: deadline.signal, ref: false })
  const code = await Promise.race([runCommandLine(rootCommand, args, world), late])
  deadline.abort()
  late.catch(() => undefined)
  assert.equal(code, MISUSED, said)
  return said
}

/** One sentence, with the key and the remedy, and everything is as it was. */
async function refused(key: string, what: RegExp, said: Said | readonly string[]): Promise<void> {
  const hasFlags = Array.isArray(said)
  const config = configOf(hasFlags ? {} : (said as Said))
  const seen = pictureOf(stopped.folder)
  const flags = hasFlags ? (said as readonly string[]) : []
  const text = await run('--config', config, '--debug.dont_blame_oasis', ...flags)
  assert.match(text, /^Error: [^\n]+\n$/, 'one sentence')
  assert.ok(text.includes(`: ${key}`), `${key} in ${text}`)
  assert.match(text, what)
  assert.match(text, /; [a-z]|must be |did you mean|needs /, 'and the remedy')
  assert.deepEqual(pictureOf(stopped.folder), seen, 'nothing is touched')
}

describe('Bad input: every configuration mistake ends before anything is touched, in one sentence with the key and the remedy', () => {
  it('unknown key', async () => {
    await refused('p2p.prot', /there is no such key; did you mean p2p\.port\?/, {
      p2p: { prot: 1 },
    })
    await refused('surprise', /there is no such key; remove it/, { surprise: {} })
    await refused('--consensus.lisen_address', /did you mean --consensus\.listen_address/, [
      '--consensus.lisen_address=here',
    ])
  })

  it('wrong type', async () => {
    await refused('p2p.port', /must be a whole number from 0 to 65535, not "high"/, {
      p2p: { port: 'high' },
    })
    await refused('mode', /must be one of validator, compute, .*, not "king"/, { mode: 'king' })
    await refused('consensus.p2p', /must be a table, not a list/, { consensus: { p2p: [1] } })
    await refused('consensus.listen_address', /must be an address such as tcp:/, [
      '--consensus.listen_address=here',
    ])
    const name = { listen_address: 'tcp://localhost:0' }
    await refused('consensus.listen_address', /localhost is a name; write an IP address/, {
      consensus: name,
    })
    await refused('wadi.api.address', /localhost is a name; write an IP address/, {
      wadi: { api: { address: 'localhost:9' } },
    })
    await refused('metrics.address', /localhost is a name; write an IP address/, {
      metrics: { mode: 'pull', address: 'localhost:3000' },
    })
    const peer = `${'ab'.repeat(20)}@127.0.0.1:1`
    await refused('p2p.connection_manager.persistent_peers[0]', /has an id and no key; write <k/, {
      p2p: { port: 0, connection_manager: { persistent_peers: [peer] } },
    })
    await refused('p2p.registration.addresses[1]', /has no IP address, .*; write one, and a port/, {
      p2p: { port: 0, registration: { addresses: ['[::1]:9200', 'example.org:9200'] } },
    })
    const key = { kind: 'remote', public_key: OWNER }
    await refused('wadi.signer.address', /has no port; write an IP address and a port/, {
      wadi: { signer: { ...key, address: 'example.org' } },
    })
    const trust = { height: 3, hash: 'ab'.repeat(32), period: '1h' }
    const sync = { state_sync: { enabled: true }, light_client: { trust } }
    const providers = [`${OWNER}@127.0.0.1:9`]
    await refused('consensus.providers', /names a single node that has .*; name more/, {
      consensus: { ...sync, providers, listen_address: 'tcp://127.0.0.1:0' },
    })
  })

  it('missing file', async () => {
    const gone = '/nowhere/at/all'
    const text = await run('--config', gone)
    assert.equal(
      text,
      `Error: ${gone}: --config: there is no such file; create it, or name another\n`,
    )
    await refused('genesis.file', /does not exist; name the genesis document/, {
      genesis: { file: gone },
    })
    const mode = 'validator'
    const missing = /\/nowhere\/at\/all does not exist; create it, or name another/
    await refused('registration.entity', missing, { mode, registration: { entity: gone } })
    await refused('runtime.paths[0]', missing, {
      runtime: { paths: [gone], sandbox_binary: process.execPath },
    })
    const certificate = join(stopped.dataDir, 'tls_identity_cert.pem')
    await refused('wadi.api.tls_key', missing, {
      wadi: { api: { address: '127.0.0.1:0', tls_key: gone, tls_certificate: certificate } },
    })
    const stock = { kind: 'stock', key_file: gone, state_dir: stopped.dataDir }
    await refused('wadi.signer.key_file', missing, { wadi: { signer: stock } })
    await refused('common.log.file', /cannot be made \(ENOENT\); make its folder/, {
      common: { log: { file: join(gone, 'node.log') } },
    })
    await refused('common.internal_socket_path', /cannot be made \(ENOENT\); make its folder/, {
      common: { internal_socket_path: join(gone, 'socket') },
    })
  })

  it('missing file: nothing is made of a data folder that is not there yet', async () => {
    const dataDir = join(stopped.folder, 'new')
    const common = { data_dir: dataDir, log: { file: join(dataDir, 'node.log') } }
    await refused('genesis.file', /does not exist/, {
      common: { ...common, debug: { allow_root: true } },
      genesis: { file: '/nowhere' },
    })
    assert.ok(!existsSync(dataDir))
  })

  it('a file that is something else', async () => {
    const other = join(stopped.folder, 'other')
    writeFileSync(other, '{"height": ')
    await refused('genesis.file', /is no genesis document .*; name that of the network/, {
      genesis: { file: other },
    })
    await refused('registration.entity', /is no descriptor of an entity .*; name the file/, {
      mode: 'validator',
      registration: { entity: other },
    })
    writeFileSync(other, '{}')
    await refused('registration.entity', /names no entity; name the file/, {
      mode: 'validator',
      registration: { entity: other },
    })
    const [key, certificate] = ['tls_identity.pem', 'sentry_client_tls_identity_cert.pem']
    const files = {
      tls_key: join(stopped.dataDir, key),
      tls_certificate: join(stopped.dataDir, certificate),
    }
    await refused('wadi.api.tls_key', /is not the key of .*; name a key and its certificate/, {
      wadi: { api: { address: '127.0.0.1:0', ...files } },
    })
    const stock = { kind: 'stock', key_file: join(stopped.dataDir, key) }
    await refused('wadi.signer.key_file', /is no key of CometBFT's; name the file priv_/, {
      wadi: { signer: { ...stock, state_dir: stopped.dataDir } },
    })
    await refused('common.internal_socket_path', /is no socket; move it away, or name another/, {
      common: { internal_socket_path: other },
    })
    await refused('common.log.file', /is a folder; name a file in it/, {
      common: { log: { file: stopped.folder } },
    })
    const long = join(stopped.folder, 'a'.repeat(100), 'socket')
    await refused('common.internal_socket_path', /has more than 10[37] bytes; name a shorter/, {
      common: { internal_socket_path: long },
    })
  })

  it('wrong permissions', { skip: !isPosix }, async () => {
    for (const mode of [0o755, 0o710, 0o770]) {
      chmodSync(stopped.dataDir, mode)
      await refused('common.data_dir', /has mode 0\d+, it is for its owner alone; chmod 700/, {})
    }
    chmodSync(stopped.dataDir, 0o700)
  })

  it('wrong permissions: a folder that is reached by a link is judged by what it is', {
    skip: !isPosix,
  }, async () => {
    const link = join(stopped.folder, 'link')
    symlinkSync(stopped.dataDir, link)
    chmodSync(stopped.dataDir, 0o750)
    await refused('common.data_dir', /has mode 0750/, { common: { data_dir: link } })
    chmodSync(stopped.dataDir, 0o700)
    rmSync(link)
  })

  it('wrong chain', async () => {
    const { document } = createNetworkGenesis({ seed: 'another', validators: 1 })
    const file = join(stopped.folder, 'another.json')
    writeFileSync(file, printGenesis(document))
    const config = configOf({ genesis: { file } })
    const seen = pictureOf(stopped.folder)
    const text = await run('--config', config, '--debug.dont_blame_oasis')
    assert.match(
      text,
      /^Error: \S+ genesis\.file: .* is the network [\da-f]{64}, but .*; name the genesis .*\n$/,
    )
    assert.deepEqual(pictureOf(stopped.folder), seen)
  })

  it('runtimes: none where the node runs them, or some where it has none', async () => {
    const registration = { entity_id: OWNER }
    for (const mode of ['compute', 'observer', 'keymanager'])
      await refused('runtime.runtimes', /names no runtime, and a node in mode \w+ runs one; name/, {
        mode,
        registration,
      })
    const runtimes = [{ id: RUNTIME }]
    for (const mode of ['validator', 'seed']) {
      const config = configOf({ mode, registration, runtime: { runtimes } })
      const seen = pictureOf(stopped.folder)
      const text = await run('config', 'check', '--config', config)
      assert.match(text, /runtime\.runtimes: a node in mode \w+ has no runtimes; remove it/)
      assert.deepEqual(pictureOf(stopped.folder), seen)
    }
    await refused('runtime.runtimes[1]', /is named above; remove one of them/, {
      runtime: { runtimes: [{ id: RUNTIME }, { id: RUNTIME }], ...UNCONFINED },
    })
    await refused('runtime.runtimes', /mode keymanager has one runtime, its own; remove the oth/, {
      mode: 'keymanager',
      registration,
      keymanager: { runtime_id: `c${'0'.repeat(62)}1` },
      runtime: { runtimes, ...UNCONFINED },
    })
  })

  it('runtimes: no program, one that is damaged, or two of a version', async () => {
    const registration = { entity_id: OWNER }
    const runtimes = [{ id: RUNTIME }]
    await refused('runtime.paths', /there is no program of 80+, .*; put the path of its bundle/, {
      mode: 'compute',
      registration,
      runtime: { runtimes, ...UNCONFINED },
    })
    const [id, version] = [Namespace.check(parseHex(RUNTIME)), { major: 1, minor: 2, patch: 3 }]
    const good = join(stopped.folder, 'good.orc')
    writeScriptBundle(good, { id, version, module: pathToFileURL('/nowhere.ts') })
    const damaged = join(stopped.folder, 'damaged.orc')
    writeFileSync(damaged, readFileSync(good).subarray(0, -40))
    await refused('runtime.paths[1]', /damaged\.orc cannot be run: .*; get it anew from where/, {
      runtime: { paths: [good, damaged], ...UNCONFINED },
    })
    await refused(
      'runtime.paths[1]',
      /is version 1\.2\.3 of 80+, and so is runtime\.paths\[0\]; r/,
      {
        runtime: { paths: [good, good], ...UNCONFINED },
      },
    )
    await refused('runtime.paths[0]', /is no file; name a bundle/, {
      runtime: { paths: [stopped.folder], ...UNCONFINED },
    })
    await refused('wadi.paratimes[0].module', /missing\.ts does not exist; create it, or name/, {
      wadi: { paratimes: [{ id: RUNTIME, module: join(stopped.folder, 'missing.ts') }] },
    })
  })

  it('runtimes: ways to run them that this version does not know', async () => {
    const of = (...components: readonly object[]) => [{ id: RUNTIME, components }]
    await refused('runtime.provisioner', /mock runs nothing here; set it to sandboxed/, {
      runtime: { runtimes: of(), provisioner: 'mock' },
    })
    await refused('runtime.environment', /this version runs no enclaves; set it to auto/, {
      runtime: {
        runtimes: of(),
        ...UNCONFINED,
        environment: 'sgx',
        sgx: { loader: process.execPath },
      },
    })
    for (const tee of ['sgx', 'tdx'])
      await refused('runtime.runtimes[0].components[0]', /runs no enclaves; disable it, or run/, {
        runtime: { runtimes: of({ id: 'rofl.a', tee }), ...UNCONFINED },
      })
    await refused('runtime.runtimes[0].components[0]', /wherever there is one; remove this, and/, {
      runtime: { runtimes: of({ id: 'ronl', disabled: true }), ...UNCONFINED },
    })
  })

  it('port taken', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const at = `127.0.0.1:${port}`
    const taken = /127\.0\.0\.1:\d+ is taken by another program; stop that, or choose another/
    await refused('consensus.listen_address', taken, { consensus: { listen_address: at } })
    await refused('wadi.api.address', taken, { wadi: { api: { address: at } } })
    await refused('metrics.address', taken, { metrics: { mode: 'pull', address: at } })
    await refused('pprof.bind_address', taken, { pprof: { bind_address: at } })
    const signer = { kind: 'remote', public_key: OWNER, address: `tcp://${at}` }
    await refused('wadi.signer.address', taken, { wadi: { signer } })
    server.close()
    await once(server, 'close')
    await refused('p2p.port', /is taken by consensus\.listen_address; choose another port/, {
      consensus: { listen_address: `tcp://[::]:${port}` },
      p2p: { port },
    })
    await refused('wadi.api.address', /is taken by metrics\.address; choose another port/, {
      metrics: { mode: 'pull', address: at },
      wadi: { api: { address: at } },
    })
  })

  it('data folder in use', { skip: !isPosix }, async () => {
    const inUse = /; stop that node, or give this one a folder of its own/
    for (const name of ['application/state/lock', 'consensus/oasis_priv_validator.lock']) {
      const lock = nodeFiles.lock(join(stopped.dataDir, name))
      await refused('common.data_dir', inUse, {})
      lock!.release()
    }
    const server = createServer((socket) => socket.destroy())
    server.listen(join(stopped.dataDir, 'internal.sock'))
    await once(server, 'listening')
    await refused('common.data_dir', inUse, {})
    server.close()
    await once(server, 'close')
  })

  it("a signer elsewhere for a node's own keys", async () => {
    const config = configOf({})
    const seen = pictureOf(stopped.folder)
    const remote = ['--signer.backend=remote', '--signer.remote.address=unix:/signer.sock']
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [remote, /role node cannot be with a remote signer: .*; use --signer\.backend file\n$/],
      [['--signer.backend=plugin'], /plugin is not supported: .*; have oasis-remote-signer/],
      [['--signer.backend=paper'], /"paper", which nobody knows; use file, remote or/],
    ]
    for (const [flags, sentence] of cases) {
      const text = await run('--config', config, '--debug.dont_blame_oasis', ...flags)
      assert.match(text, /^Error: [^\n]+\n$/)
      assert.match(text, sentence)
    }
    assert.deepEqual(pictureOf(stopped.folder), seen, 'nothing is touched')
  })

  it('newer format', async () => {
    const header = join(stopped.dataDir, 'application/state/store.json')
    const text = readFileSync(header, 'utf8')
    writeFileSync(header, JSON.stringify({ ...JSON.parse(text), format: 2 }))
    const newer = /of format 2, this program reads 1; run the program that wrote it, or a newer/
    await refused('common.data_dir', newer, {})
    writeFileSync(header, text)
    const foreign = join(stopped.dataDir, 'consensus/data/state.badger.db')
    mkdirSync(foreign, { recursive: true })
    await refused('common.data_dir', /has databases of oasis-node, .*; stop oasis-node/, {})
    rmSync(join(stopped.dataDir, 'consensus/data'), { recursive: true })
  })

  it('several at once are told in a sentence each', async () => {
    const config = configOf({
      genesis: { file: '/nowhere' },
      common: { log: { file: '/nowhere/log' } },
    })
    const seen = pictureOf(stopped.folder)
    const lines = (await run('--config', config, '--debug.dont_blame_oasis')).trimEnd().split('\n')
    assert.deepEqual(
      lines.map((line) => /(genesis\.file|common\.log\.file): /.exec(line)?.[1]),
      ['genesis.file', 'common.log.file'],
    )
    assert.deepEqual(pictureOf(stopped.folder), seen)
  })
})

describe('Bad input: keys with loose permissions are refused', { skip: !isPosix }, () => {
  const loose = /has mode 0\d+, others can use the key; chmod 600 /
  const names = [...Object.values(ROLE_FILES), 'p2p_entropy', 'tls_identity']

  it('of the node, each of them, before anything is touched', async () => {
    for (const name of [...names, 'sentry_client_tls_identity']) {
      const path = join(stopped.dataDir, `${name}.pem`)
      for (const mode of [0o640, 0o604, 0o700]) {
        chmodSync(path, mode)
        await refused('common.data_dir', loose, {})
      }
      chmodSync(path, 0o600)
    }
  })

  it('of the node, where the key is a link to somewhere else', async () => {
    const [path, elsewhere] = [join(stopped.dataDir, 'p2p.pem'), join(stopped.folder, 'elsewhere')]
    renameSync(path, elsewhere)
    symlinkSync(elsewhere, path)
    chmodSync(elsewhere, 0o644)
    await refused('common.data_dir', loose, {})
    rmSync(path)
    renameSync(elsewhere, path)
    chmodSync(path, 0o600)
  })

  it('of TLS, and of a signer in the files of CometBFT', async () => {
    const key = join(stopped.folder, 'loose')
    writeFileSync(key, 'the secret of the key')
    chmodSync(key, 0o644)
    const certificate = join(stopped.dataDir, 'tls_identity_cert.pem')
    await refused('wadi.api.tls_key', loose, {
      wadi: { api: { address: '127.0.0.1:0', tls_key: key, tls_certificate: certificate } },
    })
    await refused('wadi.signer.key_file', loose, {
      wadi: { signer: { kind: 'stock', key_file: key, state_dir: stopped.dataDir } },
    })
  })
})
