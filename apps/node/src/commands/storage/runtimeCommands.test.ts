import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import { keyedMap } from '@wadi/cbor/collections'
import { chainContextOf, parseGenesis, printGenesis } from '@wadi/consensus/genesis/document'
import type { Root } from '@wadi/mkvs/roots'
import { Hash } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import { debugCommands } from '../debug/debugCommands.ts'
import { runWords } from '../testing/runWords.ts'
import { StoppedTestNode } from '../testing/stoppedNode.ts'
import { stoppedRuntime } from '../testing/stoppedRuntime.ts'
import { storageCommands } from './storageCommands.ts'

const ROUNDS = 9
const [ID, OTHER] = [`8${'0'.repeat(62)}1`, `8${'0'.repeat(62)}2`]
const runtimeId = Namespace.check(parseHex(ID))

describe('commands about databases of runtimes', () => {
  let node: StoppedTestNode
  let root: Root

  before(async () => {
    node = await StoppedTestNode.run(12n)
    const document = parseGenesis(readFileSync(node.genesis, 'utf8'))
    const place = { dataDir: node.dataDir, chain: chainContextOf(document) }
    root = await stoppedRuntime({ ...place, runtimeId, rounds: ROUNDS })
  })
  after(() => node[Symbol.dispose]())

  const storage = (name: string, ...words: readonly string[]) =>
    runWords(storageCommands, name, '--config', node.config(), ...words)
  const inspected = async (id = ID) => {
    const { out } = await storage('inspect', '--output', 'json')
    return JSON.parse(out).runtimes[id]
  }

  it('storage inspect says which rounds there are', async () => {
    const all = { ok: true, latest_version: ROUNDS - 1, last_retained_version: 0 }
    assert.deepEqual(await inspected(), { state_db: all, light_history: all })
    const { out } = await storage('inspect')
    const lines = (title: string) =>
      `    ${title}:\n      Ok:  true\n      Latest round:  8\n      Last retained round:  0\n`
    assert.ok(
      out.endsWith(`Runtimes:\n  ${ID}\n${lines('State DB')}${lines('Light History')}`),
      out,
    )
  })

  it('storage check hashes what is there', async () => {
    const { code, out, err } = await storage('check', ID)
    assert.equal(code, 0, err)
    const checking = `Checking storage database for runtime ${ID}...\n`
    assert.equal(out, `${checking}${ROUNDS + 1} trees of rounds 0 to 8 are whole\n`)
    assert.match((await storage('check')).err, /check takes <runtime\.\.\.>; give them/)
    assert.match((await storage('check', 'ff')).err, /give a runtime's ID as 32 bytes in hex/)
    const none = await storage('check', OTHER)
    assert.equal(none.code, 2)
    assert.match(none.err, /has no trees of the runtime 80*2; it has those of 80*1: name one of/)
  })

  it('storage migrate says that there is nothing to migrate', async () => {
    const { code, out } = await storage('migrate', ID)
    assert.deepEqual(
      [code, out],
      [0, `${ID}: there is nothing to migrate, its format is that of today\n`],
    )
  })

  it('debug storage export writes the state that a document names', async () => {
    const document = parseGenesis(readFileSync(node.genesis, 'utf8'))
    const state = { round: root.version, stateRoot: Hash.check(root.hash), messageResults: [] }
    const roothash = {
      ...document.roothash,
      runtimeStates: keyedMap(Namespace, [[runtimeId, state]]),
    }
    const path = join(node.folder, 'dump.json')
    writeFileSync(path, printGenesis({ ...document, roothash }))
    const dumps = join(node.folder, 'dumps')
    const flags = [
      '--debug.dont_blame_oasis',
      '--config',
      node.config(),
      '-g',
      path,
      '--storage.export.dir',
      dumps,
    ]
    const { code, err } = await runWords(debugCommands, 'storage', 'export', ...flags)
    assert.equal(code, 0, err)
    const text = readFileSync(join(dumps, `storage-dump-${ID}-8.json`), 'utf8')
    const [head, ...pairs] = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.deepEqual(head, { ns: ID, version: 8, root_type: 1, hash: toHex(root.hash) })
    assert.equal(pairs.length, ROUNDS)
    const [key, value] = pairs[3].map((each: string) => Buffer.from(each, 'base64').toString())
    assert.deepEqual([key, value], ['key 3', 'value 3'])
  })

  it('storage prune keeps what the configuration keeps, and storage compact what is left', async () => {
    const lines = [
      'runtime: {prune: {strategy: keep_last, num_kept: 4}}',
      'consensus: {prune: {strategy: keep_n, num_kept: 1}}',
    ]
    const { code, out, err } = await runWords(
      storageCommands,
      ...['prune', '--config', node.config(...lines)],
    )
    assert.equal(code, 0, err)
    // The history of the runtime has come to height 9: what comes after it stays.
    assert.equal(
      out,
      `5 rounds of the runtime ${ID} are pruned\nstates below 9 are pruned, and 8 blocks\n`,
    )
    const left = { ok: true, latest_version: 8, last_retained_version: 5 }
    assert.deepEqual(await inspected(), { state_db: left, light_history: left })
    assert.match((await storage('compact')).out, /^\d+ bytes were given back\n$/)
    assert.equal((await storage('check', ID)).code, 0)
  })

  it('storage rename-ns hands the state on to another runtime', async () => {
    assert.match((await storage('rename-ns', ID)).err, /takes <src-ns> <dst-ns>; give them/)
    assert.match((await storage('rename-ns', OTHER, ID)).err, /is there already; move it away/)
    assert.equal((await storage('rename-ns', ID, OTHER)).code, 0)
    assert.ok(!existsSync(join(node.dataDir, 'runtimes', ID)))
    const { state_db, light_history } = await inspected(OTHER)
    assert.equal(state_db.latest_version, 8)
    assert.equal(light_history.ok, false)
    assert.equal((await storage('check', OTHER)).code, 0)
  })

  it('storage check finds a tree that is not what it was', async () => {
    const trees = join(node.dataDir, 'runtimes', OTHER, 'trees')
    const names = readdirSync(trees, { recursive: true }).map(String)
    const isIn = (name: string) => {
      try {
        return readFileSync(join(trees, name)).includes('value 7')
      } catch {
        return false
      }
    }
    const name = names.find(isIn)
    assert.ok(name !== undefined)
    const bytes = readFileSync(join(trees, name))
    for (let at = bytes.indexOf('value 7'); at >= 0; at = bytes.indexOf('value 7', at + 1))
      bytes.write('VALUE 7', at)
    writeFileSync(join(trees, name), bytes)
    const { code, err } = await storage('check', OTHER)
    assert.notEqual(code, 0)
    assert.match(err, /^Error: .*; \w+/)
  })
})
