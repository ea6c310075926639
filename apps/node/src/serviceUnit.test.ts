import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'

const FOLDER = join(import.meta.dirname, '..', 'systemd')

/** The settings of a unit; those of later files go before those of earlier ones. */
function settingsOf(...names: readonly string[]): ReadonlyMap<string, string> {
  const lines = names.flatMap((name) => readFileSync(join(FOLDER, name), 'utf8').split('\n'))
  const settings = lines.filter((line) => /^[A-Z]\w*=/.test(line))
  return new Map(
    settings.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
}

describe('the unit of systemd', () => {
  it('lets a node without runtimes make no namespaces', () => {
    const unit = settingsOf('wadi-node.service')
    assert.equal(unit.get('RestrictNamespaces'), 'true')
    assert.equal(unit.get('ProtectHostname'), 'true')
  })

  it('lets a node with runtimes make what the sandbox is made of, and names it there', () => {
    const unit = settingsOf('wadi-node.service', 'runtimes.conf')
    // `--unshare-all` and `--hostname` of the sandbox.
    assert.equal(unit.get('RestrictNamespaces'), 'false')
    assert.equal(unit.get('ProtectHostname'), 'false')
    // Without new privileges the sandbox is made in a namespace of the user.
    assert.equal(unit.get('NoNewPrivileges'), 'true')
  })
})
