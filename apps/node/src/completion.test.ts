import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { runCommandLine } from '@wadi/node-config/run-command-line'
import { exitCodeOf } from './exitCodes.ts'
import { rootCommand } from './rootCommand.ts'

async function run(...args: readonly string[]) {
  const said = { out: '', err: '' }
  const stream = (name: keyof typeof said) => ({
    write: (text: string) => {
      said[name] += text
    },
  })
  const world = { environment: {}, out: stream('out'), err: stream('err'), exitCodeOf }
  return { code: await runCommandLine(rootCommand, args, world), ...said }
}

const has = (shell: string) => spawnSync(shell, ['--version']).error === undefined

describe('wadi-node completion', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wadi-completion-'))
  after(() => rmSync(folder, { recursive: true }))

  it('completes in bash', { skip: !has('bash') && 'there is no bash here' }, async () => {
    const { out } = await run('completion', 'bash')
    const complete = (...words: readonly string[]) => {
      const list = ['wadi-node', ...words].map((word) => `'${word}'`).join(' ')
      const typed = `COMP_WORDS=(${list}); COMP_CWORD=${words.length}`
      const script = `${out}\n${typed}; _wadi-node; echo "\${COMPREPLY[@]}"`
      const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' })
      assert.equal(stderr, '')
      return stdout.trim()
    }
    assert.equal(complete('cont'), 'control')
    assert.equal(complete('--vers'), '--version')
    assert.equal(complete('-s', 'file', 'registry', 'ent'), 'entity')
    assert.equal(complete('genesis', 'init', '--chain'), '--chain.id')
    assert.equal(complete('--config', 'file.yaml', 'unsafe'), 'unsafe-reset')
    assert.equal(complete('--debug.dont'), '', 'flags for tests are in no help')
  })

  it('is there for zsh and fish, and refused for PowerShell in words', async (t) => {
    for (const shell of ['zsh', 'fish']) {
      const { code, out } = await run('completion', shell)
      assert.equal(code, 0)
      assert.match(out, /wait until the node can be called/)
      if (!has(shell)) t.diagnostic(`there is no ${shell} here`)
      else {
        const path = join(folder, shell)
        writeFileSync(path, out)
        assert.equal(spawnSync(shell, ['-n', path], { encoding: 'utf8' }).stderr, '')
      }
    }
    const { code, err } = await run('completion', 'powershell')
    assert.equal(code, 2)
    assert.match(err, /there is no completion for PowerShell/)
  })
})

describe('wadi-node help', () => {
  it('is about any command', async () => {
    const { code, out } = await run('help', 'registry', 'entity', 'init')
    assert.equal(code, 0)
    assert.match(out, /wadi-node registry entity init \[flags\]/)
  })
})
