import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { loadParatime } from '@wadi/localnet/paratime-folder'
import { Person } from '../testing/runWadi.ts'
import { createParatime } from './createParatime.ts'
import { runParatime } from './runParatime.ts'

const LINES_MAX = 60
const MS_MAX = 120_000

describe('a ParaTime of somebody', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wadi-new-'))
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('begins with few lines', () => {
    const files = createParatime('my-notes', folder)
    const ofPrograms = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    const lines = ofPrograms.flatMap((file) => readFileSync(file, 'utf8').trimEnd().split('\n'))
    assert.ok(lines.length < LINES_MAX, `${lines.length} lines`)
  })

  it('is refused where it cannot be', async () => {
    assert.throws(() => createParatime('my-notes', folder), { reason: 'wadi.badValue' })
    for (const name of ['', 'My', '../up', 'a b', '1st', 'x'.repeat(65)])
      assert.throws(() => createParatime(name, folder), { reason: 'wadi.badValue' }, name)
    await assert.rejects(loadParatime(folder), { reason: 'usage.paratime' })
  })

  it('is registered and elected, makes rounds, and takes deposits', {
    timeout: MS_MAX,
  }, async () => {
    const paratime = await loadParatime(join(folder, 'my-notes'))
    const network = await runParatime(paratime, 1)
    const person = new Person({ WADI_NODE: network.target })
    const which = toHex(paratime.id).slice(-8)
    const run = (line: string) => person.run(line.split(' '))
    try {
      const deposit = `paratime deposit ${which} 10 --key-file ${network.keyFile} --yes`
      // It is refused until the nodes have been elected, and their program runs.
      let ran = await run(deposit)
      while (ran.code !== 0) ran = await run(deposit)
      const { out } = await run(`paratime balance ${which} --key-file ${network.keyFile}`)
      assert.match(out, /In the ParaTime +10.0 TEST/)
      // The last round may be one that has no result: an epoch has ended it, or a second was not
      // enough for the node of a busy machine to register again, which it does with the next one.
      let told = await run(`round ${which}`)
      while (told.out.includes('Without a result')) told = await run(`round ${which}`)
      assert.match(told.out, /Finalized: the only worker has the result that node 1 proposed/)
    } finally {
      person.remove()
      await network.stop()
    }
  })
})
