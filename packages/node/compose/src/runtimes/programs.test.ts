import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { toHex } from '@wadi/base/bytes'
import { createLogger, MemoryLog, SILENT } from '@wadi/base/log'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { hashOfManifest } from '@wadi/runtime-protocol/bundle/manifest'
import { PARATIMES } from '../networkParatimes.ts'
import { writeScriptBundle } from '../testing/scriptBundle.ts'
import { loadPrograms } from './programs.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-programs-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const { id, version } = PARATIMES.keyvalue
const path = join(folder, 'keyvalue.orc')
const manifest = writeScriptBundle(path, { id, version, module: pathToFileURL('/nowhere.ts') })
const nothing = {
  dataDir: folder,
  bundles: [],
  threads: [],
  provisioner: 'sandboxed',
  bubblewrap: '/usr/bin/bwrap',
  enclaves: 'none',
} as const
const load = (config: Partial<Parameters<typeof loadPrograms>[0]>, sink = SILENT) =>
  loadPrograms(
    { ...nothing, ...config },
    { timers: new VirtualTime(), log: createLogger('runtime', sink) },
  )

describe('the programs of a node', () => {
  it('are unpacked where the reference unpacks them, and run as the operator says', () => {
    const [sandboxed] = load({ bundles: [path] })
    assert.deepEqual([sandboxed?.id, sandboxed?.version], [id, version])
    assert.equal(sandboxed?.launcher.kind, 'sandbox')
    const unpacked = join(folder, 'runtimes', 'bundles', toHex(hashOfManifest(manifest)))
    assert.ok(existsSync(join(unpacked, 'runtime')))
    const [free] = load({ bundles: [path], provisioner: 'unconfined' })
    assert.equal(free?.launcher.kind, 'process')
  })

  it('run without what a bundle has beside them, and the operator is told', () => {
    const memory = new MemoryLog()
    assert.equal(load({ bundles: [path] }, memory.sink).length, 1)
    assert.deepEqual(memory.records, [])
    const more = join(folder, 'more.orc')
    const module = pathToFileURL('/nowhere.ts')
    writeScriptBundle(more, { id, version, module, offChain: ['oracle', 'price-feed'] })
    const [program] = load({ bundles: [more] }, memory.sink)
    assert.equal(program?.launcher.kind, 'sandbox')
    const said = { level: 'warn', module: 'runtime' } as const
    const sentence = 'a component is not run: this version runs the program for the chain alone'
    const about = { runtime: toHex(id), bundle: more }
    assert.deepEqual(memory.records, [
      { ...said, sentence, fields: { ...about, component: 'rofl.oracle' } },
      { ...said, sentence, fields: { ...about, component: 'rofl.price-feed' } },
    ])
  })

  it('are modules in threads, too', () => {
    const [thread] = load({ threads: [{ id, version, module: pathToFileURL('/a.ts') }] })
    assert.equal(thread?.launcher.kind, 'worker')
  })

  it('are refused where there are two of a version, with which', () => {
    const threads = [{ id, version, module: pathToFileURL('/a.ts') }]
    assert.throws(
      () => load({ bundles: [path], threads }),
      /two programs for version 0\.0\.0 of 80/,
    )
  })

  it('are refused in bundles that cannot be read, with their path', () => {
    const broken = join(folder, 'broken.orc')
    writeFileSync(broken, 'no archive')
    assert.throws(() => load({ bundles: [broken] }), /the bundle .*broken\.orc cannot be run/)
    const missing = join(folder, 'missing.orc')
    assert.throws(() => load({ bundles: [missing] }), /missing\.orc cannot be run: .*name another/)
  })
})
