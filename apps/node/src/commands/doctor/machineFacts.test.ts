import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { FakeClock } from '@wadi/base/clock'
import { gatherMachine } from './machineFacts.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-doctor-'))
process.on('exit', () => rmSync(folder, { recursive: true }))
const clock = new FakeClock(1_999)

describe('the machine of a node', () => {
  it('has no data folder where there are no keys', () => {
    assert.deepEqual(gatherMachine(clock, undefined), { now: 1n, folder: undefined })
    assert.equal(gatherMachine(clock, folder).folder, undefined)
    assert.equal(gatherMachine(clock, join(folder, 'nowhere')).folder, undefined)
  })

  it('has secrets that others may use, and files that they may', () => {
    const modes = [
      ['identity.pem', 0o600],
      ['consensus.pem', 0o640],
      ['p2p_entropy.pem', 0o604],
      ['identity_pub.pem', 0o644],
      ['tls_identity_cert.pem', 0o644],
      ['node.log', 0o644],
    ] as const
    for (const [name, mode] of modes) {
      writeFileSync(join(folder, name), '')
      chmodSync(join(folder, name), mode)
    }
    const { folder: found } = gatherMachine(clock, folder)
    assert.ok(found !== undefined && found.freeBytes > 0n)
    assert.deepEqual(found.loose.map(({ path, mode }) => [path, mode]).sort(), [
      [join(folder, 'consensus.pem'), 0o640],
      [join(folder, 'p2p_entropy.pem'), 0o604],
    ])
    chmodSync(folder, 0o755)
    assert.deepEqual(gatherMachine(clock, folder).folder?.loose[0], { path: folder, mode: 0o755 })
  })
})
