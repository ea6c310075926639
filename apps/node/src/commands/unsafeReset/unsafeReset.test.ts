import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { persistentFlags } from '@wadi/node-config/node-flags'
import { runCommandLine } from '@wadi/node-config/run-command-line'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { exitCodeOf } from '../../exitCodes.ts'
import { StoppedTestNode } from '../testing/stoppedNode.ts'
import { unsafeReset } from './unsafeReset.ts'

const RUNTIME = `runtimes/8${'0'.repeat(63)}`

async function reset(...words: readonly string[]) {
  const said = { out: '', err: '' }
  const stream = (name: keyof typeof said) => ({
    write: (text: string) => {
      said[name] += text
    },
  })
  const world = { environment: {}, out: stream('out'), err: stream('err'), exitCodeOf }
  const root = {
    name: 'wadi-node',
    summary: 'a node',
    shared: persistentFlags,
    commands: [unsafeReset],
  }
  const code = await runCommandLine(root, ['unsafe-reset', ...words], world)
  return { code, ...said }
}

/** A folder with something of everything in it. */
class Folder implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), 'wadi-reset-'))

  constructor(...names: readonly string[]) {
    for (const name of names) {
      const path = join(this.path, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, '')
    }
  }

  /** Everything below, by path. */
  get files(): readonly string[] {
    return readdirSync(this.path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(this.path.length + 1))
      .toSorted((a, b) => (a < b ? -1 : 1))
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true })
  }
}

const KEPT = [
  'config.yml',
  'consensus.pem',
  'entity/entity.pem',
  'exports/genesis-x-at-5.json',
  'identity.pem',
  'identity_pub.pem',
  'p2p.pem',
  'tls_identity.pem',
  'vrf.pem',
]
const STATE = [
  'application/state/1',
  'consensus/blocks/1',
  'consensus/oasis_priv_validator.json',
  'deregistration.cbor',
  'p2p/peers.cbor',
  'persistent-store.badger.db/1',
  `${RUNTIME}/history.db/1`,
  `${RUNTIME}/history/store.json`,
  `${RUNTIME}/signed.cbor`,
]
const LOCAL = [`${RUNTIME}/local/store.json`, `${RUNTIME}/worker-local-storage.badger.db/1`]
const MKVS = [
  `${RUNTIME}/checkpoints/1/2/meta`,
  `${RUNTIME}/mkvs_storage.pathbadger.db/1`,
  `${RUNTIME}/trees/store.json`,
]

describe('unsafe-reset', () => {
  it('removes what a node can make again, and never its keys', async () => {
    using folder = new Folder(...KEPT, ...STATE, ...LOCAL, ...MKVS)
    const { code, out } = await reset('--datadir', folder.path)
    assert.equal(code, 0)
    assert.deepEqual(
      folder.files,
      [...KEPT, ...LOCAL, ...MKVS].toSorted((a, b) => (a < b ? -1 : 1)),
    )
    assert.match(out, new RegExp(`^removing ${folder.path}/application$`, 'm'))
  })

  it('removes what runtimes have only if it is told not to preserve that', async () => {
    for (const [flag, stays] of [
      ['--preserve.local_storage=false', MKVS],
      ['--preserve.mkvs_database=false', LOCAL],
    ] as const) {
      using folder = new Folder(...KEPT, ...STATE, ...LOCAL, ...MKVS)
      await reset('--datadir', folder.path, flag)
      assert.deepEqual(
        folder.files,
        [...KEPT, ...stays].toSorted((a, b) => (a < b ? -1 : 1)),
      )
    }
  })

  it('only says what it would do, if it is told so', async () => {
    using folder = new Folder(...KEPT, ...STATE)
    const { files } = folder
    const { code, out } = await reset('--datadir', folder.path, '-n')
    assert.equal(code, 0)
    assert.match(out, new RegExp(`^would remove ${folder.path}/consensus$`, 'm'))
    assert.deepEqual(folder.files, files)
  })

  it('leaves a folder alone that does not look like that of a node, unless it is forced', async () => {
    using folder = new Folder('consensus/blocks/1', 'letters.txt')
    const { code, err } = await reset('--datadir', folder.path)
    assert.equal(code, 2)
    assert.match(err, /does not look like the data folder of a node, nothing was removed; name an/)
    assert.equal((await reset('--datadir', folder.path, '--force')).code, 0)
    assert.deepEqual(folder.files, ['letters.txt'])
    const again = await reset('--datadir', folder.path, '--force')
    assert.equal(again.out, 'there is nothing to remove\n')
    assert.match((await reset()).err, /^Error: --datadir is missing; give the data folder/)
    assert.match((await reset('--datadir', '/nowhere')).err, /is no folder; name that of the node/)
  })

  it('leaves a folder alone that a node uses, and lets a node begin anew in it', async () => {
    using node = await StoppedTestNode.run(2n)
    const lock = nodeFiles.lock(join(node.dataDir, 'application/state/lock'))
    const used = await reset('--datadir', node.dataDir, '--force')
    lock?.release()
    assert.equal(used.code, 2)
    assert.match(used.err, /another process holds .*; stop that node/)
    assert.ok(existsSync(join(node.dataDir, 'consensus/blocks')))
    assert.equal((await reset('--datadir', node.dataDir)).code, 0)
    const left = readdirSync(node.dataDir)
    assert.ok(left.includes('consensus.pem'))
    assert.ok(!left.includes('consensus') && !left.includes('application'), `${left}`)
  })
})
