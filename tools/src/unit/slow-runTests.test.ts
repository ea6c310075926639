/** Starts real test processes, several seconds of work: not for every save. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { runTests } from './runTests.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-run-tests-'))
after(() => rmSync(folder, { recursive: true }))

function plant(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, `import { it } from 'node:test'\n${text}\n`)
  return path
}

const options = { processes: 2, seed: undefined, limitMs: 20_000 }
const good = plant('good.test.ts', "it('a', () => {}); it('b', () => {})")
const bad = plant('bad.test.ts', "it('planted failure', () => { throw new Error('broken') })")
const empty = plant('empty.test.ts', '')
const unloadable = plant('unloadable.test.ts', "throw new Error('cannot load')")
const dead = plant('dead.test.ts', "it('dies', () => process.exit(0))")
const endless = plant('endless.test.ts', "it('loops', () => { for (;;); })")

describe('runTests', () => {
  it('counts what passed', async () => {
    const { passed, failed, isGood } = await runTests([good, good], options)
    assert.deepEqual({ passed, failed, isGood }, { passed: 4, failed: 0, isGood: true })
  })

  it('has all files in the same process where there is but one', async () => {
    const count = 'globalThis.sum = (globalThis.sum ?? 0) + 1'
    const first = plant('first.test.ts', `${count}; it('is loaded', () => {})`)
    const check = "if (globalThis.sum !== 2) throw new Error('alone')"
    const second = plant('second.test.ts', `${count}; it('is not alone', () => { ${check} })`)
    const both = [first, second]
    assert.equal((await runTests(both, { ...options, processes: 1 })).isGood, true)
    assert.equal((await runTests(both, options)).isGood, false)
  })

  it('fails with a failing test and shows it', async () => {
    const outcome = await runTests([good, bad], options)
    assert.equal(outcome.isGood, false)
    assert.equal(outcome.failed, 1)
    assert.match(outcome.details, /planted failure[\s\S]*broken/)
  })

  it('tells a failure though the test left something open', async () => {
    const open = "import('node:net').then((net) => net.createServer().listen(0)).then(() => {"
    const left = plant('left.test.ts', `it('leaves', () => ${open} throw new Error('late') }))`)
    const outcome = await runTests([good, left], options)
    assert.deepEqual([outcome.passed, outcome.failed], [2, 1])
    assert.match(outcome.details, /late/)
  })

  it('fails when no test ran', async () => {
    assert.equal((await runTests([], options)).isGood, false)
    const outcome = await runTests([good, empty], options)
    assert.equal(outcome.isGood, false)
    assert.match(outcome.details, /declares no test/)
  })

  it('fails with a file that cannot be loaded', async () => {
    const outcome = await runTests([unloadable], options)
    assert.equal(outcome.isGood, false)
    assert.match(outcome.details, /unloadable/)
  })

  it('fails when a process ends before its report', async () => {
    assert.equal((await runTests([dead], options)).isGood, false)
  })

  it('stops a process that takes too long', async () => {
    const outcome = await runTests([endless], { ...options, limitMs: 1_000 })
    assert.equal(outcome.isGood, false)
    assert.match(outcome.details, /stopped after its 1 s/)
  })
})
