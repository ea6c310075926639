import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { loadSettings, settingsPath } from './settings.ts'
import { Person } from './testing/runWadi.ts'

describe('settings', () => {
  const person = new Person()
  after(() => person.remove())
  mkdirSync(join(person.home, '.config', 'wadi'), { recursive: true })

  const read = (text: string) => {
    person.write('.config/wadi/config.yml', text)
    return loadSettings(person.environment)
  }
  const refused = (text: string, sentence: RegExp) =>
    assert.throws(() => read(text), { reason: 'wadi.badFile', context: sentence })

  it('are in the folder of the environment', () => {
    assert.equal(settingsPath({ HOME: '/home/a' }), '/home/a/.config/wadi/config.yml')
    assert.equal(
      settingsPath({ HOME: '/home/a', XDG_CONFIG_HOME: '/etc/a' }),
      '/etc/a/wadi/config.yml',
    )
    assert.deepEqual(loadSettings({ HOME: join(person.home, 'nobody') }), {})
  })

  it('name the node, the account and the network', () => {
    assert.deepEqual(read('node: unix:/a\naccount: alice\nchain_context: "00"\n'), {
      node: 'unix:/a',
      account: 'alice',
      chainContext: '00',
    })
    assert.deepEqual(read(''), {})
  })

  it('are refused where they are none', () => {
    refused('nod: a', /has the key "nod", which nobody knows; write node$/)
    refused('zzzzzz: a', /which nobody knows; use node, account, chain_context, witnesses, trust$/)
    refused('node: 7', /^node in .* is no text; write it in quotes$/)
    refused('node: [a]', /is no text/)
    refused('- node', /has no keys; write lines such as/)
    refused('node: "a', /is no YAML \(.*\); correct it, or remove it$/)
    refused('account: &a x\nnode: *a', /is no YAML \(.*[Aa]lias.*\)/)
  })
})
