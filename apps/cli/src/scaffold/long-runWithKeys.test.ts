import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { loadParatime } from '@wadi/localnet/paratime-folder'
import { Person } from '../testing/runWadi.ts'
import { createParatime } from './createParatime.ts'
import { runParatime } from './runParatime.ts'

const MS_MAX = 240_000

describe('a ParaTime of somebody that wants a key manager', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wadi-keys-'))
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('makes rounds beside one, and calls of it can be encrypted', { timeout: MS_MAX }, async () => {
    createParatime('my-votes', folder)
    const path = join(folder, 'my-votes', 'paratime.json')
    const said = JSON.parse(readFileSync(path, 'utf8'))
    writeFileSync(path, JSON.stringify({ ...said, keyManager: true }))
    const paratime = await loadParatime(join(folder, 'my-votes'))
    const network = await runParatime(paratime, 1)
    const person = new Person({ WADI_NODE: network.target })
    const which = toHex(paratime.id).slice(-8)
    const run = (line: string) => person.run(line.split(' '))
    try {
      const deposit = `paratime deposit ${which} 10 --key-file ${network.keyFile} --yes --encrypted`
      // It is refused until the nodes have been elected, and there is a key.
      let ran = await run(deposit)
      while (ran.code !== 0) ran = await run(deposit)
      const { out } = await run(`paratime balance ${which} --key-file ${network.keyFile}`)
      assert.match(out, /In the ParaTime +10.0 TEST/)
    } finally {
      person.remove()
      await network.stop()
    }
  })
})
