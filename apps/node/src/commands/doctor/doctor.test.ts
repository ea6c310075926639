import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CommandGroup } from '@wadi/node-config/command'
import { runCommandLine } from '@wadi/node-config/run-command-line'
import { exitCodeOf } from '../../exitCodes.ts'
import { doctor } from './doctor.ts'

async function run(...words: readonly string[]) {
  const said = { out: '', err: '' }
  const stream = (name: keyof typeof said) => ({
    write: (text: string) => {
      said[name] += text
    },
  })
  const root: CommandGroup = { name: 'wadi-node', summary: '', shared: {}, commands: [doctor] }
  const world = { environment: {}, out: stream('out'), err: stream('err'), exitCodeOf }
  return { code: await runCommandLine(root, ['doctor', ...words], world), ...said }
}

const AWAY = ['--address', 'unix:/nowhere/internal.sock'] as const

describe('doctor', () => {
  it('says in words that nobody answers, and ends with 1', async () => {
    const { code, out, err } = await run(...AWAY)
    assert.deepEqual([code, err], [1, ''])
    assert.match(
      out,
      /^no node answers at unix:\/nowhere\/internal\.sock\n {2}why {3}there is no such/,
    )
    assert.match(out, /\n {2}next {2}start the node/)
  })

  it('says the same to programs', async () => {
    const { code, out } = await run(...AWAY, '--output', 'json')
    assert.equal(code, 1)
    const { healthy, findings } = JSON.parse(out)
    assert.equal(healthy, false)
    assert.deepEqual(Object.keys(findings[0]), ['id', 'what', 'why', 'next'])
    assert.equal(findings[0].id, 'not-reachable')
  })

  it('refuses what it cannot do', async () => {
    const { code, err } = await run(...AWAY, '--output', 'xml')
    assert.equal(code, 2)
    assert.match(err, /--output is "xml"; give text or json/)
    assert.equal((await run('--config', '/nowhere/config.yml')).code, 2)
  })
})
