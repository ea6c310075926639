import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { after, describe, it } from 'node:test'
import { completionsOf } from '@wadi/node-config/completions'
import { Person } from '../testing/runWadi.ts'
import { wadiCommands } from '../wadiCommands.ts'

const has = (shell: string) => spawnSync(shell, ['--version']).error === undefined

describe('wadi completion', () => {
  const person = new Person()
  after(() => person.remove())

  it('knows every command, and its flags', async () => {
    const places = await completionsOf(wadiCommands)
    const paths = places.map(({ path }) => path)
    for (const path of ['', 'transfer', 'account import', 'governance propose parameters'])
      assert.ok(paths.includes(path), path)
    const wordsAt = (path: string) =>
      places.find((place) => place.path === path)?.flags.map(({ word }) => word)
    assert.deepEqual(wordsAt('balance'), ['--node', '--output', '--verify'])
    assert.deepEqual(wordsAt('status'), ['--node', '--output'])
    assert.ok(wordsAt('transfer')?.includes('--fee-max'))
  })

  it('says the same of a command before and after it is loaded', async () => {
    for (const one of wadiCommands.commands) {
      const loaded = 'load' in one ? await one.load?.() : undefined
      if (loaded === undefined) continue
      assert.deepEqual([loaded.name, loaded.summary], [one.name, one.summary])
    }
  })

  it('completes in bash', { skip: !has('bash') && 'there is no bash here' }, async () => {
    const { out } = await person.run(['completion', 'bash'])
    const complete = (...words: readonly string[]) => {
      const list = ['wadi', ...words].map((word) => `'${word}'`).join(' ')
      const typed = `COMP_WORDS=(${list}); COMP_CWORD=${words.length}`
      const script = `${out}\n${typed}; _wadi; echo "\${COMPREPLY[@]}"`
      const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' })
      assert.equal(stderr, '')
      return stdout.trim()
    }
    assert.equal(complete('val'), 'validators')
    assert.equal(complete('stake', 'd'), 'delegate')
    assert.equal(complete('--output', 'json', 'stake', 'und'), 'undelegate')
    assert.equal(complete('transfer', '5', 'bob', '--fee'), '--fee-max')
    assert.equal(complete('governance', 'propose', 'u'), 'upgrade')
    assert.equal(complete('localnet', '--block'), '--block-time')
    assert.equal(complete('completion', 'z'), 'zsh')
  })

  it('is a script that zsh and fish can read', async (t) => {
    for (const shell of ['zsh', 'fish']) {
      const { out } = await person.run(['completion', shell])
      assert.match(out, /delegate tokens to a validator/)
      if (!has(shell)) t.diagnostic(`there is no ${shell} here`)
      else
        assert.equal(
          spawnSync(shell, ['-n', person.write(shell, out)], { encoding: 'utf8' }).stderr,
          '',
        )
    }
  })

  it('completes in fish', { skip: !has('fish') && 'there is no fish here' }, async () => {
    const { out } = await person.run(['completion', 'fish', '--no-descriptions'])
    const path = person.write('wadi.fish', out)
    const complete = (typed: string) => {
      const line = `source ${path}; complete -C ${JSON.stringify(typed)}`
      const { stdout, stderr } = spawnSync('fish', ['-c', line], { encoding: 'utf8' })
      assert.equal(stderr, '')
      return stdout.trim()
    }
    assert.equal(complete('wadi --output json stake und'), 'undelegate')
    assert.equal(complete('wadi transfer 5 bob --fee'), '--fee-max')
  })

  it('says nothing of what words mean if it is not to', async () => {
    for (const shell of ['zsh', 'fish']) {
      const { out } = await person.run(['completion', shell, '--no-descriptions'])
      assert.match(out, /delegate/)
      assert.doesNotMatch(out, /delegate tokens to a validator/)
    }
  })

  it('is refused for other shells', async () => {
    const { code, err } = await person.run(['completion', 'tcsh'])
    assert.equal(code, 2)
    assert.equal(err, 'Error: unknown command "tcsh" for "wadi completion"\n')
    const powershell = await person.run(['completion', 'powershell'])
    assert.equal(powershell.code, 2)
    assert.match(powershell.err, /no completion for PowerShell, .*; take bash, zsh or fish/)
  })
})

describe('wadi help', () => {
  const person = new Person()
  after(() => person.remove())

  it('says what a command takes', async () => {
    const [a, b] = [await person.run(['help', 'stake', 'delegate']), await person.run(['help'])]
    assert.match(a.out, /Usage:\n {2}wadi stake delegate <amount> <validator> \[flags\]/)
    assert.match(b.out, /governance +propose and vote/)
    assert.deepEqual([a.code, b.code], [0, 0])
  })

  it('knows what was meant', async () => {
    const { code, err } = await person.run(['tranfser', '1', 'bob'])
    assert.deepEqual(
      [code, err],
      [2, 'Error: unknown command "tranfser" for "wadi"; did you mean transfer?\n'],
    )
  })
})
