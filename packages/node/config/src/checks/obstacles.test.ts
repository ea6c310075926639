import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { chainContextOf, GenesisDocument, printGenesis } from '@wadi/consensus/genesis/document'
import { NodeDatabase } from '@wadi/node-storage/node-database'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { openStoreFolder } from '@wadi/node-storage/store-folder'
import { readYaml } from '../file/readYaml.ts'
import { checkNodeConfig } from '../nodeConfig.ts'
import { scratchFolder, writeScratch } from '../testing/scratch.ts'
import { findObstacles } from './obstacles.ts'

const scratch = scratchFolder()
const genesis = writeScratch(join(scratch, 'genesis.json'), printGenesis(GenesisDocument.zero))
const chain = chainContextOf(GenesisDocument.zero)
const isPosix = process.platform !== 'win32'

let folders = 0
function newFolder(): string {
  const path = join(scratch, `node-${folders++}`)
  mkdirSync(path, { mode: 0o700 })
  return path
}

/** A configuration without obstacles, and what is said otherwise. */
function textOf(dataDir: string, more = ''): string {
  return [
    'consensus: {listen_address: "tcp://127.0.0.1:0"}',
    `common: {data_dir: ${dataDir}, debug: {allow_root: true}}`,
    more.includes('genesis:') ? '' : `genesis: {file: ${genesis}}`,
    more.includes('p2p:') ? '' : 'p2p: {port: 0}',
    more,
  ].join('\n')
}

interface Told {
  readonly isForTests?: boolean
  readonly userId?: number | undefined
}

async function obstaclesOf(text: string, told: Told = {}) {
  const { raw, positionOf, writtenAs } = readYaml(text)
  const sources = { file: 'node.yaml', positionOf, writtenAs }
  const config = checkNodeConfig(raw, sources)
  const context = { isForTests: true, hasTestEntity: false, userId: process.geteuid?.(), ...told }
  const found = await findObstacles(config, { sources, ...context })
  return found.map(({ reason, message }) => ({ reason, message }))
}

async function assertOnly(text: string, reason: string, message: RegExp, told?: Told) {
  const found = await obstaclesOf(text, told)
  assert.deepEqual(
    found.map((one) => one.reason),
    [`obstacle.${reason}`],
  )
  assert.match(found[0]!.message, message)
  assert.match(found[0]!.message, /^node\.yaml(:\d+:\d+)?: [a-z_.[\]\d]+: [^\n]+$/)
}

describe('nothing in the way', () => {
  it('is found where a node can start, and nothing is touched', async () => {
    const folder = newFolder()
    assert.deepEqual(await obstaclesOf(textOf(folder)), [])
    assert.deepEqual(readdirSync(folder), [])
    const missing = join(folder, 'made/by/the/node')
    assert.deepEqual(await obstaclesOf(textOf(missing)), [])
    assert.deepEqual(readdirSync(folder), [])
  })
})

describe('missing file', () => {
  it('of the genesis document', () =>
    assertOnly(
      textOf(newFolder(), 'genesis: {file: /nowhere/genesis.json}'),
      'missingFile',
      /^node\.yaml:5:11: genesis\.file: \/nowhere\/genesis\.json does not exist; name the genesis/,
    ))

  it('of the entity, of a bundle, of a program', async () => {
    const text = textOf(
      newFolder(),
      'mode: compute\nregistration: {entity: /nowhere/entity.json}\n' +
        'runtime: {paths: [/nowhere/a.orc], sandbox_binary: /nowhere/bwrap}\n',
    )
    const found = await obstaclesOf(text)
    const keys = found.map(({ message }) => message.split(': ')[1])
    assert.deepEqual(keys, ['registration.entity', 'runtime.paths[0]', 'runtime.sandbox_binary'])
    for (const { reason } of found) assert.equal(reason, 'obstacle.missingFile')
  })

  it('of what an archive runs to answer about runtimes', () =>
    assertOnly(
      textOf(
        newFolder(),
        'mode: archive\nruntime:\n' +
          `  {runtimes: [{id: '80${'00'.repeat(31)}'}], sandbox_binary: /nowhere/bwrap}\n`,
      ),
      'missingFile',
      /runtime\.sandbox_binary: \/nowhere\/bwrap does not exist/,
    ))

  it('is not asked for where it is not used', async () => {
    assert.deepEqual(await obstaclesOf(textOf(newFolder(), 'runtime: {sandbox_binary: /no}')), [])
  })

  it('of the data folder that nobody named', () =>
    assertOnly(
      textOf('""'),
      'dataFolderMissing',
      /common\.data_dir: is not set; name a folder for the node/,
    ))

  it('that is something else', async () => {
    const file = writeScratch(join(scratch, 'a-file'), '')
    await assertOnly(textOf(file), 'dataFolderUnusable', /is no folder; name another/)
    await assertOnly(textOf(join(file, 'x')), 'dataFolderUnusable', /cannot be made/)
  })
})

describe('a data folder that cannot be looked into', { skip: !isPosix }, () => {
  it('is told with what the system says', () => {
    const loop = join(newFolder(), 'loop')
    symlinkSync(loop, loop)
    return assertOnly(
      textOf(join(loop, 'node')),
      'dataFolderUnusable',
      /common\.data_dir: cannot be looked into \(ELOOP\); make it readable/,
    )
  })
})

describe('wrong permissions', { skip: !isPosix }, () => {
  it('of the data folder', async () => {
    for (const mode of [0o755, 0o710, 0o500]) {
      const folder = newFolder()
      chmodSync(folder, mode)
      await assertOnly(textOf(folder), 'dataFolderPermissions', /has mode 0\d+, .*; chmod 700 /)
    }
    const other = (process.geteuid?.() ?? 0) + 1
    await assertOnly(
      textOf(newFolder()),
      'dataFolderPermissions',
      new RegExp(`belongs to user \\d+; chown ${other} `),
      { userId: other },
    )
  })

  it('of the place where it is to be made', () =>
    assertOnly(
      textOf(join(newFolder(), 'new')),
      'dataFolderUnusable',
      /cannot be made in .*; make it for the user of the node/,
      { userId: (process.geteuid?.() ?? 0) + 1 },
    ))

  it('of every key file, and not of public ones', async () => {
    const folder = newFolder()
    for (const name of ['identity', 'p2p', 'consensus', 'vrf', 'tls_identity', 'p2p_entropy']) {
      const path = writeScratch(join(folder, `${name}.pem`), 'secret')
      chmodSync(path, 0o640)
    }
    chmodSync(writeScratch(join(folder, 'identity_pub.pem'), 'public'), 0o644)
    const found = await obstaclesOf(textOf(folder))
    assert.equal(found.length, 6)
    for (const { reason, message } of found) {
      assert.equal(reason, 'obstacle.keyFilePermissions')
      assert.match(message, /common\.data_dir: .*\.pem has mode 0640, .*; chmod 600 /)
      assert.doesNotMatch(message, /secret/)
    }
  })

  it('of whoever runs the node', async () => {
    const found = await obstaclesOf(textOf(newFolder()), { userId: 0, isForTests: false })
    assert.equal(found[0]?.reason, 'obstacle.superuser')
    assert.match(found[0]?.message ?? '', /common\.debug\.allow_root: the superuser must not/)
  })
})

describe('wrong chain', () => {
  it('in the stores of the data folder', async () => {
    const folder = newFolder()
    const namespace = new Uint8Array(32)
    const open = (path: string, name: string) =>
      openStoreFolder(nodeFiles, join(folder, path), {
        kind: 'block store',
        format: 1,
        chain: name,
      })
    open('consensus/blocks', chain.slice(0, 50)).release()
    NodeDatabase.open({ path: join(folder, 'application/state'), chain, namespace }).close()
    assert.deepEqual(await obstaclesOf(textOf(folder)), [])
    open('consensus/other', 'ab'.repeat(25)).release()
    await assertOnly(
      textOf(folder),
      'wrongChain',
      /genesis\.file: .* is the network [\da-f]{64}, but .*\/other is a block store of abab/,
    )
  })

  it('not in what a reset has preserved of a runtime', async () => {
    const folder = newFolder()
    const open = (path: string) =>
      openStoreFolder(nodeFiles, join(folder, 'runtimes/8000', path), {
        kind: 'store',
        format: 1,
        chain: 'ab'.repeat(32),
      })
    for (const path of ['local', 'trees']) open(path).release()
    assert.deepEqual(await obstaclesOf(textOf(folder)), [])
    open('history').release()
    await assertOnly(textOf(folder), 'wrongChain', /8000\/(history|local|trees) is a store of abab/)
  })

  it('where the file is no genesis document at all', async () => {
    const bad = writeScratch(join(scratch, 'bad.json'), '{"height": ')
    const text = textOf(newFolder(), `genesis: {file: ${bad}}`)
    await assertOnly(text, 'badGenesis', /is no genesis document .*; name that of the network/)
    const isFolder = textOf(newFolder(), `genesis: {file: ${scratch}}`)
    await assertOnly(isFolder, 'unreadableFile', /cannot be read \(EISDIR\)/)
  })
})

describe('port taken', () => {
  const server = createServer()
  after(() => server.close())

  it('by another program, or by another key', async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    assert.ok(typeof address === 'object' && address !== null)
    const taken = `127.0.0.1:${address.port}`
    await assertOnly(
      textOf(newFolder(), `metrics: {mode: pull, address: "${taken}"}`),
      'portTaken',
      /metrics\.address: 127\.0\.0\.1:\d+ is taken by another program; stop that, or choose/,
    )
    assert.deepEqual(await obstaclesOf(textOf(newFolder(), `metrics: {address: "${taken}"}`)), [])
    await assertOnly(
      textOf(newFolder(), 'sentry: {enabled: true, control: {port: 39417}}\np2p: {port: 39417}'),
      'portTaken',
      /sentry\.control\.port: 0\.0\.0\.0:39417 is taken by p2p\.port; choose another port/,
    )
  })

  it('or on an address of another machine', () =>
    assertOnly(
      textOf(newFolder(), 'pprof: {bind_address: "192.0.2.1:6060"}'),
      'portUnusable',
      /pprof\.bind_address: 192\.0\.2\.1:6060 is no address of this machine/,
    ))
})

describe('data folder in use', () => {
  it('by a process that holds a store or the right to sign', async () => {
    const folder = newFolder()
    const store = openStoreFolder(nodeFiles, join(folder, 'application/state'), {
      kind: 'node database',
      format: 1,
      chain,
    })
    const inUse = /common\.data_dir: another process holds .*; stop that node, or give this one/
    await assertOnly(textOf(folder), 'dataFolderInUse', inUse)
    store.release()
    assert.deepEqual(await obstaclesOf(textOf(folder)), [])
    mkdirSync(join(folder, 'consensus'))
    const lock = nodeFiles.lock(join(folder, 'consensus/oasis_priv_validator.lock'))
    await assertOnly(textOf(folder), 'dataFolderInUse', inUse)
    lock?.release()
    assert.deepEqual(await obstaclesOf(textOf(folder)), [])
  })

  it('by a node that answers on its socket', { skip: !isPosix }, async () => {
    const folder = newFolder()
    const server = createServer((socket) => socket.destroy())
    server.listen(join(folder, 'internal.sock'))
    try {
      await once(server, 'listening')
      const answers = /a node answers on .*internal\.sock; stop/
      await assertOnly(textOf(folder), 'dataFolderInUse', answers)
    } finally {
      server.close()
    }
    await once(server, 'close')
    assert.deepEqual(await obstaclesOf(textOf(folder)), [])
  })
})

describe('newer format', () => {
  it('of a store', async () => {
    const folder = newFolder()
    const header = { kind: 'node database', format: 2, chain }
    writeScratch(join(folder, 'application/state/store.json'), JSON.stringify(header))
    await assertOnly(
      textOf(folder),
      'newerFormat',
      /is a node database of format 2, this program reads 1; run the program that wrote it/,
    )
    rmSync(join(folder, 'application'), { recursive: true })
    writeScratch(join(folder, 'application/state/store.json'), 'torn')
    assert.deepEqual(await obstaclesOf(textOf(folder)), [])
  })

  it('of a program that is not this one', async () => {
    const folder = newFolder()
    const consensus = join(folder, 'consensus')
    for (const name of ['data/state.badger.db', 'data/cs.wal', 'state/mkvs_storage.pathbadger.db'])
      mkdirSync(join(consensus, name), { recursive: true })
    await assertOnly(
      textOf(folder),
      'foreignDatabase',
      /oasis-node, .* consensus\/data\/state\.badger\.db, consensus\/state\/mkvs_\S+ there, /,
    )
  })

  it('of a program that is not this one, also if only its state is left', async () => {
    const folder = newFolder()
    mkdirSync(join(folder, 'consensus/state/mkvs_storage.badger.db'), { recursive: true })
    await assertOnly(
      textOf(folder),
      'foreignDatabase',
      /delete the folders consensus\/state\/mkvs_storage\.badger\.db there/,
    )
    rmSync(join(folder, 'consensus/state'), { recursive: true })
    mkdirSync(join(folder, 'persistent-store.badger.db'))
    assert.deepEqual(await obstaclesOf(textOf(folder)), [])
  })
})

describe('entity', () => {
  const KEY = 'JTUtHd4XYQjh//e6eYU7Pa/XMFG88WE+jixvceIfWrk='

  it('is needed by whoever is registered', async () => {
    const module = `{id: "8${'0'.repeat(63)}", module: keyvalue}`
    for (const mode of ['validator', 'compute', 'keymanager', 'observer']) {
      const runtimes = mode === 'validator' ? '' : `wadi: {paratimes: [${module}]}`
      const text = textOf(newFolder(), `mode: ${mode}\n${runtimes}`)
      await assertOnly(text, 'entityMissing', /registration\.entity_id: is not set, and a node in/)
      const owned = `${text}\nregistration: {entity_id: ${KEY}}`
      assert.deepEqual(await obstaclesOf(owned), [])
    }
  })

  it('is in the way of a client', () =>
    assertOnly(
      textOf(newFolder(), `registration: {entity_id: ${KEY}}`),
      'entityUnused',
      /registration\.entity_id: a client has no entity; remove it, or set mode: observer/,
    ))
})

describe('the state of others', () => {
  const taken = (more: string) => {
    const trust = `{height: 1, hash: ${'0'.repeat(64)}}`
    const sync = `state_sync: {enabled: true}, light_client: {trust: ${trust}}`
    return textOf(newFolder()).replace('listen_address:', `${sync}${more}, listen_address:`)
  }

  it('is proved by two nodes that can be compared, if any are named', () =>
    assertOnly(
      taken(', providers: ["unix:/a"]'),
      'lightBlocksMissing',
      /\.providers: names a single node .* takes 2 that can be compared; name more, or none/,
    ))

  it('is proved by peers, if none are named', async () => {
    assert.deepEqual(await obstaclesOf(taken('')), [])
    assert.deepEqual(await obstaclesOf(taken(', providers: ["unix:/a", "unix:/b"]')), [])
  })
})

describe('a peer of the network of runtimes', () => {
  it('is known by its key, and not by an id', async () => {
    const peersOf = (name: string) =>
      textOf(
        newFolder(),
        `p2p: {port: 0, connection_manager: {persistent_peers: ["${name}@1.2.3.4:5"]}}`,
      )
    const id = 'ab'.repeat(20)
    await assertOnly(peersOf(id), 'badAddress', /has an id and no key; write <key in base64>/)
    assert.deepEqual(await obstaclesOf(peersOf(`${'A'.repeat(43)}=`)), [])
  })
})

describe('files that the process may have open', () => {
  const many = (dataDir: string) =>
    textOf('""')
      .replace('data_dir: ""', `data_dir: ${dataDir}`)
      .replace('allow_root: true', 'allow_root: true, rlimit: 999999999')

  it('are more than the system allows', () =>
    assertOnly(
      many(newFolder()),
      'tooManyFiles',
      /common\.debug\.rlimit: this process may have at most \d+ files open; set .*ulimit -n/,
    ))

  it('are few enough, or only for tests', async () => {
    assert.deepEqual(await obstaclesOf(many(newFolder()).replace('999999999', '64')), [])
    const found = await obstaclesOf(many(newFolder()), { isForTests: false })
    assert.ok(found.every(({ reason }) => reason !== 'obstacle.tooManyFiles'))
  })
})

describe('what is only for tests', () => {
  it('is refused without the flag that says that this is one', async () => {
    const text = textOf(
      newFolder(),
      'runtime: {provisioner: mock, environment: sgx-mock, debug_mock_tee: true}\n' +
        'metrics: {mode: push, job_name: a, labels: {b: c}}',
    )
    assert.deepEqual(await obstaclesOf(text), [])
    const found = await obstaclesOf(text, { isForTests: false })
    const onlyForTests = found.filter(({ reason }) => reason === 'obstacle.onlyForTests')
    assert.equal(onlyForTests.length, 4)
  })
})
