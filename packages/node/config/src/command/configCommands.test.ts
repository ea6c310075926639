// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the variables are those of the file
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { GenesisDocument, printGenesis } from '@wadi/consensus/genesis/document'
import { flagKeys } from '../configText.ts'
import { scratchFolder, writeScratch } from '../testing/scratch.ts'
import type { CommandGroup } from './command.ts'
import { configCommands } from './configCommands.ts'
import { persistentFlags } from './nodeFlags.ts'
import { runCommandLine } from './runCommandLine.ts'

const scratch = scratchFolder()
const genesis = writeScratch(join(scratch, 'genesis.json'), printGenesis(GenesisDocument.zero))
const dataDir = join(scratch, 'node')
mkdirSync(dataDir, { mode: 0o700 })
const file = writeScratch(
  join(scratch, 'node.yaml'),
  [
    `genesis: {file: ${genesis}}`,
    'common: {data_dir: "${DATA}", debug: {allow_root: true}}',
    'consensus: {listen_address: "tcp://127.0.0.1:0"}',
    'p2p: {port: 0}',
  ].join('\n'),
)
const root: CommandGroup = {
  name: 'node',
  summary: 'A node',
  shared: persistentFlags,
  commands: [configCommands],
}

async function run(words: readonly string[], environment: Record<string, string> = {}) {
  const written = { out: '', err: '' }
  const code = await runCommandLine(root, ['config', ...words, '--config', file], {
    environment,
    keys: flagKeys(),
    out: { write: (text: string) => (written.out += text) },
    err: { write: (text: string) => (written.err += text) },
  })
  return { code, ...written }
}

const forTests = '--debug.dont_blame_oasis'

describe('config check', () => {
  it('answers 0 where a node can start, and touches nothing', async () => {
    const { code, out, err } = await run(['check', forTests], { DATA: dataDir })
    assert.deepEqual([code, err], [0, ''])
    assert.equal(out, 'a node can start with this configuration\n')
    assert.deepEqual(readdirSync(dataDir), [])
  })

  it('answers 2 and says every obstacle in a line, and variables that are not set', async () => {
    const { code, out, err } = await run(['check', forTests, '--mode=validator'])
    assert.deepEqual([code, out], [2, ''])
    const lines = err.replaceAll(file, 'node.yaml').trimEnd().split('\n')
    assert.equal(lines.length, 3)
    assert.match(lines[0]!, /^node\.yaml: the variable DATA is not set and was taken as empty$/)
    assert.match(lines[1]!, /^Error: .*registration\.entity_id: /)
    assert.match(lines[2]!, /^Error: node\.yaml:2:10: common\.data_dir: is not set; name a folder/)
  })

  it('takes the entity of tests where it was asked for', async () => {
    const words = ['check', forTests, '--mode=validator', '--debug.test_entity']
    assert.equal((await run(words, { DATA: dataDir })).code, 0)
  })

  it('says what is wrong in the file before anything else', async () => {
    const { code, err } = await run(['check', '--p2p.port=high'], { DATA: dataDir })
    assert.equal(code, 2)
    assert.match(err, /^Error: --p2p\.port: p2p\.port: must be a whole number .*, not "high"\n$/)
  })
})

describe('config show', () => {
  it('prints what is in effect, and where each value comes from', async () => {
    const environment = { DATA: dataDir, WADI_METRICS_MODE: 'pull' }
    const { code, out } = await run(['show', '--p2p.port', '9201'], environment)
    assert.equal(code, 0)
    const lines = out.replaceAll(file, 'node.yaml').split('\n')
    assert.ok(lines.includes(`    data_dir: ${dataDir} # node.yaml:2:10`))
    assert.ok(lines.includes('    port: 9201 # --p2p.port'))
    assert.ok(lines.includes('    mode: pull # WADI_METRICS_MODE'))
    assert.ok(lines.includes('        send_rate: 5120000 # default'))
  })
})
