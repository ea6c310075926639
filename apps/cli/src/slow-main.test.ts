import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { after, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Person } from './testing/runWadi.ts'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))

describe('the process of wadi', () => {
  const person = new Person()
  after(() => person.remove())

  const run = (...args: readonly string[]) => {
    const env = { ...process.env, ...person.environment }
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
      env,
      encoding: 'utf8',
    })
    return { status, stdout, stderr }
  }

  it('answers on stdout, and ends with 0', () => {
    assert.deepEqual(run('account', 'list', '--output', 'json'), {
      status: 0,
      stdout: '{\n  "accounts": []\n}\n',
      stderr: '',
    })
  })

  it('says which version it is, as a flag too', () => {
    const { status, stdout } = run('version')
    assert.equal(status, 0)
    assert.match(stdout, /^wadi \d+\.\d+\.\d+, for the network of 26\.1\.0\n$/)
    assert.equal(run('--version').stdout, stdout)
    const { version, network } = JSON.parse(run('--version', '--output', 'json').stdout)
    assert.equal(stdout, `wadi ${version}, for the network of ${network}\n`)
  })

  it('says what cannot be done on stderr, and ends with 1', () => {
    const { status, stdout, stderr } = run('status', '--node', 'unix:/nowhere/node.sock')
    assert.deepEqual([status, stdout], [1, ''])
    assert.match(stderr, /^Error: no node answers at unix:\/nowhere\/node\.sock \(ENOENT\); .*\n$/)
  })

  it('ends with 2 where it was told what makes no sense', () => {
    const { status, stdout, stderr } = run('account', 'create', 'NO')
    assert.deepEqual([status, stdout], [2, ''])
    assert.match(stderr, /^Error: "NO" cannot be the name of an account; take small letters, .*\n$/)
    assert.equal(run('transfer', '--fee', '1').status, 2)
  })
})
