import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { put, scratchFolder } from '../testing/scratch.ts'
import { ensureDataFolder, requireDataFolder } from './nodeFolder.ts'

const scratch = scratchFolder()
const self = process.geteuid?.()

function refuses(path: string, userId: number | undefined, sentence: RegExp): void {
  const act = () => ensureDataFolder(path, userId)
  assert.throws(act, (error: Error & { reason: string }) => {
    assert.equal(error.reason, 'provisioning.dataFolder')
    assert.match(error.message, sentence)
    return true
  })
}

describe('the folder of a node', () => {
  it('is made for its owner alone, with all folders on the way', () => {
    const path = join(scratch, 'some', 'where')
    ensureDataFolder(path, self)
    assert.equal(statSync(path).mode & 0o777, 0o700)
    ensureDataFolder(path, self)
  })

  it('is refused when others can look into it, when it is no folder, or is not ours', () => {
    const path = join(scratch, 'loose')
    mkdirSync(path)
    for (const mode of [0o755, 0o750, 0o701, 0o500]) {
      chmodSync(path, mode)
      refuses(path, self, new RegExp(`mode 0${mode.toString(8)}, .*chmod 700`))
    }
    refuses(put(scratch, 'file', ''), self, /is no folder; name another/)
    chmodSync(path, 0o700)
    refuses(path, (self ?? 0) + 1, /belongs to user .*; chown/)
    refuses(join(scratch, 'file', 'below'), self, /cannot be looked at; name another/)
  })

  it('must be there for those who only look', () => {
    const sentence = /does not exist; make it with mode 0700, or name another with --datadir$/
    assert.throws(() => requireDataFolder(join(scratch, 'no'), '--datadir'), { message: sentence })
    requireDataFolder(scratch, '--datadir')
  })
})
