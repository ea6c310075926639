import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { toBase64 } from '@wadi/base/bytes'
import { SeededRandom } from '@wadi/base/random'
import { parseJson } from '@wadi/cbor/json'
import { isReferenceAbsent } from '@wadi/node-config/testing/reference-files'
import { createKeyFile } from '@wadi/node-crypto/keys/keyFile'
import { Entity } from '@wadi/primitives/entity'
import { runWords, scratchFolder } from './testing/commandLine.ts'
import { recordedGenesis, recordedInvocations } from './testing/recorded.ts'

const ENTITY_FOLDERS = ['entity-1', 'entity-2', 'entity-3', 'entity-4']

/** A network's folder before anything is provisioned in it. */
function openNet(): string {
  const net = scratchFolder()
  for (const name of ENTITY_FOLDERS) mkdirSync(join(net, name), { mode: 0o700 })
  for (let i = 0; i < 4; i++) {
    const folder = join(net, `validator-${i}`)
    mkdirSync(folder, { mode: 0o700 })
    writeFileSync(join(folder, 'config.yaml'), `common: {data_dir: ${folder}}\n`)
  }
  return net
}

const inNet = (net: string, words: readonly string[]): readonly string[] =>
  words.map((word) => word.replaceAll('$NET', net))

function after(words: readonly string[], flag: string): string {
  return words[words.indexOf(flag) + 1]!
}

function allAfter(words: readonly string[], flag: string): readonly string[] {
  return words.flatMap((word, i) => (word === flag ? [words[i + 1]!] : []))
}

async function succeeds(words: readonly string[]): Promise<void> {
  assert.deepEqual(await runWords(...words), { code: 0, out: '', err: '' }, words.join(' '))
}

function withEntityKeys(net: string): string {
  for (const [i, name] of ENTITY_FOLDERS.entries())
    createKeyFile(join(net, name, 'entity.pem'), new SeededRandom(BigInt(i)))
  return net
}

const modeOf = (path: string): number => statSync(path).mode & 0o777
const readEntity = (path: string): Entity => parseJson(Entity, readFileSync(path, 'utf8'))
const net = openNet()
const provided = withEntityKeys(openNet())

describe('the recorded invocations', { skip: isReferenceAbsent }, () => {
  it('make entities, with keys that are there and with new ones', async () => {
    const lines = recordedInvocations('registry', 'entity', 'init')
    assert.equal(lines.length, 7)
    for (const words of lines) {
      const isReused = words.includes('--entity.reuse_signer')
      const home = isReused ? provided : net
      const own = inNet(home, words)
      await succeeds(own)
      const folder = after(own, '--signer.dir')
      const files = readdirSync(folder).toSorted((a, b) => (a < b ? -1 : 1))
      assert.deepEqual(files, ['entity.json', 'entity.pem', 'entity_genesis.json'])
      for (const file of files) assert.equal(modeOf(join(folder, file)), 0o600)
      assert.ok(!readFileSync(join(folder, 'entity.json'), 'utf8').endsWith('\n'))
    }
  })

  it('say which nodes the entities vouch for', async () => {
    const lines = recordedInvocations('registry', 'entity', 'update')
    assert.equal(lines.length, 34)
    for (const words of lines) {
      const own = inNet(provided, words)
      await succeeds(own)
      const { nodes } = readEntity(join(after(own, '--signer.dir'), 'entity.json'))
      assert.deepEqual(nodes.map(toBase64), allAfter(own, '--entity.node.id'))
    }
  })

  it('make nodes in the folders that their configurations name', async () => {
    const lines = recordedInvocations('registry', 'node', 'init')
    assert.equal(lines.length, 22)
    for (const words of lines) {
      const own = inNet(provided, words)
      await succeeds(own)
      const folder = join(after(own, '--config'), '..')
      assert.ok(readdirSync(folder).includes('identity.pem'))
      assert.equal(modeOf(join(folder, 'node_genesis.json')), 0o600)
    }
  })
})

const recorded = new Map(recordedGenesis())

/** Files that a recorded network was given beside those that commands make. */
function provideFiles(folder: string, words: readonly string[]): void {
  const document = JSON.parse(recorded.get('keyvalue-runtime')!)
  const give = (path: string, value: unknown) => {
    mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 })
    writeFileSync(path, JSON.stringify(value))
  }
  for (const path of allAfter(words, '--runtime')) {
    const runtimes = document.registry.runtimes as readonly { readonly id: string }[]
    give(
      path,
      runtimes.find(({ id }) => path.includes(id)),
    )
  }
  for (const path of allAfter(words, '--keymanager')) give(path, document.keymanager.statuses[0])
  give(join(folder, 'staking_genesis.json'), { params: { debonding_interval: 2 } })
}

/** The entities and nodes that a command line names, made as the recorded network made them. */
async function provideMembers(folder: string, words: readonly string[]): Promise<void> {
  const count = allAfter(words, '--entity').length
  for (const [i, path] of allAfter(words, '--node').entries()) {
    const entity = join(folder, `entity-${1 + (i % count)}`)
    if (i < count) await succeeds(['registry', 'entity', 'init', '--signer.dir', entity])
    const id = toBase64(readEntity(join(entity, 'entity.json')).id)
    const config = join(path, '../config.yaml')
    const home = recordedInvocations('registry', 'node', 'init').find((each) =>
      each.includes(`$NET/validator-${i}/config.yaml`),
    )!
    const own = inNet(folder, home).map((word) => (word.endsWith('config.yaml') ? config : word))
    await succeeds(own.with(own.indexOf('--node.entity_id') + 1, id))
    const descriptors = allAfter(words, '--node')
      .filter((_, j) => j % count === i % count && j <= i)
      .flatMap((one) => ['--entity.node.descriptor', one])
    await succeeds(['registry', 'entity', 'update', '--signer.dir', entity, ...descriptors])
  }
}

/** The runtimes of the recorded network belong to an entity of theirs. */
function withOwners(folder: string, words: readonly string[]): void {
  const { id } = readEntity(join(folder, 'entity-1/entity.json'))
  for (const path of allAfter(words, '--runtime')) {
    const runtime = JSON.parse(readFileSync(path, 'utf8'))
    writeFileSync(path, JSON.stringify({ ...runtime, entity_id: toBase64(id) }))
  }
}

describe('the recorded genesis init', { skip: isReferenceAbsent || recorded.size === 0 }, () => {
  for (const [i, words] of recordedInvocations('genesis', 'init').entries())
    it(`number ${i + 1} makes a document with which a network can begin`, async () => {
      const folder = openNet()
      const own = inNet(folder, words)
      await provideMembers(folder, own)
      provideFiles(folder, own)
      withOwners(folder, own)
      await succeeds(own)
      const path = join(folder, 'genesis.json')
      assert.equal(modeOf(path), 0o600)
      const forTests = ['--debug.dont_blame_oasis', '--debug.allow_test_keys']
      const { code, out, err } = await runWords('genesis', 'check', '-g', path, ...forTests)
      assert.deepEqual([code, err], [0, ''])
      assert.match(out, /^genesis file is valid and in canonical form\n/)
      const document = JSON.parse(readFileSync(path, 'utf8'))
      assert.equal(document.chain_id, 'test: oasis-core tests')
      // A word behind a flag without a value is looked at by nobody.
      assert.equal(document.governance.params.enable_change_parameters_proposal, true)
    })
})
