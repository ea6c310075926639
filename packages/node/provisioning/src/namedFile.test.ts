import assert from 'node:assert/strict'
import { chmodSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { Entity } from '@wadi/primitives/entity'
import { DESCRIPTOR_FILE_BYTES_MAX } from './limits.ts'
import { readNamed, readNamedJson, requireFolderOf, writeNamed } from './namedFile.ts'
import { put, scratchFolder, snapshotOf } from './testing/scratch.ts'

const folder = scratchFolder()

function named(path: string, bytesMax?: number) {
  return { path, what: 'a letter', remedy: 'write one', ...(bytesMax && { bytesMax }) }
}

function refuses(path: string, reason: string, sentence: RegExp, bytesMax?: number): void {
  const read = () => readNamed(nodeFiles, named(path, bytesMax))
  assert.throws(read, (error: Error & { reason: string }) => {
    assert.equal(error.reason, `provisioning.${reason}`)
    assert.match(error.message, sentence)
    return true
  })
}

describe('a file that somebody names', () => {
  it('is told by its path and what to do if it is not there, is a folder, or is no text', () => {
    const missing = join(folder, 'missing')
    refuses(missing, 'missing', new RegExp(`^${missing} does not exist; write one$`))
    refuses(folder, 'unreadable', /cannot be read; name a letter that can$/)
    const binary = put(folder, 'binary', Uint8Array.of(0xff, 0xfe))
    refuses(binary, 'badFile', /binary is not a letter \(.*\); write one$/)
  })

  it('has at most DESCRIPTOR_FILE_BYTES_MAX bytes, or as many as its kind may have', () => {
    const path = put(folder, 'large', 'x'.repeat(100))
    assert.equal(readNamed(nodeFiles, named(path, 100)).length, 100)
    refuses(path, 'tooLarge', /large has 100 bytes, 99 are possible; name a letter$/, 99)
    const largest = put(folder, 'largest', new Uint8Array(DESCRIPTOR_FILE_BYTES_MAX))
    assert.equal(readNamed(nodeFiles, named(largest)).length, DESCRIPTOR_FILE_BYTES_MAX)
    put(folder, 'largest', new Uint8Array(DESCRIPTOR_FILE_BYTES_MAX + 1))
    refuses(largest, 'tooLarge', /16777216 are possible/)
  })

  it('is JSON of a value, and says where it is not', () => {
    for (const text of ['', '{', 'null', '[]', '{"v": "x"}', '{"id": "AAAA"}']) {
      const path = put(folder, 'entity.json', text)
      const read = () => readNamedJson(nodeFiles, named(path), Entity)
      if (text === 'null') assert.equal(read().nodes.length, 0)
      else assert.throws(read, { reason: 'provisioning.badFile' }, text)
    }
  })

  it('is written whole, for its owner, in the place of the one before', () => {
    const path = join(folder, 'written')
    writeNamed(nodeFiles, path, 'first, which is longer')
    chmodSync(path, 0o644)
    writeNamed(nodeFiles, path, 'second')
    assert.equal(readFileSync(path, 'utf8'), 'second')
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.ok(![...snapshotOf(folder).keys()].some((name) => name.endsWith('.tmp')))
  })

  it('is written where a link leads to, and into what is no file', () => {
    const real = put(folder, 'real', 'before')
    const link = join(folder, 'link')
    symlinkSync(real, link)
    writeNamed(nodeFiles, link, 'after')
    assert.equal(readFileSync(real, 'utf8'), 'after')
    assert.equal(lstatSync(link).isSymbolicLink(), true)
    writeNamed(nodeFiles, '/dev/null', 'gone')
    assert.equal(statSync('/dev/null').isCharacterDevice(), true)
    const into = () => writeNamed(nodeFiles, folder, '')
    assert.throws(into, {
      reason: 'provisioning.unwritable',
      message: /cannot be written \(EISDIR\)/,
    })
  })

  it('is written in a folder that is there, also in the working folder', () => {
    const path = join(folder, 'none', 'file')
    assert.throws(() => writeNamed(nodeFiles, path, ''), { reason: 'provisioning.noFolder' })
    mkdirSync(join(folder, 'none'))
    writeNamed(nodeFiles, path, '')
    requireFolderOf(nodeFiles, 'file')
  })
})
