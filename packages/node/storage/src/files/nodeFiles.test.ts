import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { readWhole, replaceFile } from './fileSystem.ts'
import { nodeFiles } from './nodeFiles.ts'

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'node-files-'))
after(() => fs.rmSync(scratch, { recursive: true }))

describe('the files of this machine', () => {
  it('writes parts one behind the other and reads them back', () => {
    const file = nodeFiles.openWrite(`${scratch}/parts`)
    file.write([Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)], 2)
    file.sync()
    const found = new Uint8Array(9)
    assert.equal(file.read(found, 0), 5)
    assert.deepEqual(found.subarray(0, 5), Uint8Array.of(0, 0, 1, 2, 3))
    file.truncate(3)
    assert.equal(file.size(), 3)
    file.close()
  })

  it('replaces a file as a whole', () => {
    for (const content of [Uint8Array.of(1, 2, 3), Uint8Array.of(4)]) {
      replaceFile(nodeFiles, scratch, 'whole', [content])
      assert.deepEqual(readWhole(nodeFiles, `${scratch}/whole`), content)
    }
    assert.equal(nodeFiles.exists(`${scratch}/whole.tmp`), false)
  })

  it('does not take what it cannot look at for missing', (t) => {
    assert.equal(nodeFiles.exists(`${scratch}/nothing`), false)
    assert.deepEqual(nodeFiles.list(`${scratch}/nothing`), [])
    if (process.platform === 'win32') return t.skip('2026-11-21: links need a privilege there')
    const loop = `${scratch}/loop`
    fs.symlinkSync('loop', loop)
    const failed = { name: 'UnavailableError', message: /failed at .*loop \(ELOOP\)/ }
    assert.throws(() => nodeFiles.exists(loop), failed)
    assert.throws(() => nodeFiles.list(loop), failed)
  })

  it('locks a file that only its owner can read, and keeps it while others ask', () => {
    const lock = nodeFiles.lock(`${scratch}/lock`)
    assert.equal(
      fs.statSync(`${scratch}/lock`).mode & 0o077,
      process.platform === 'win32' ? 0o066 : 0,
    )
    assert.equal(nodeFiles.lock(`${scratch}/lock`), undefined)
    assert.equal(nodeFiles.isLocked(`${scratch}/lock`), true)
    lock?.release()
    assert.equal(nodeFiles.isLocked(`${scratch}/lock`), false)
    nodeFiles.lock(`${scratch}/lock`)?.release()
    assert.equal(nodeFiles.isLocked(`${scratch}/no-lock`), false)
    assert.throws(() => nodeFiles.lock(`${scratch}/nowhere/lock`), { reason: 'storage.io' })
  })

  it('is not kept from locking by processes that look', async () => {
    const path = `${scratch}/looked-at`
    nodeFiles.lock(path)?.release()
    const code = `
      import { nodeFiles } from ${JSON.stringify(import.meta.resolve('./nodeFiles.ts'))}
      const look = () => { nodeFiles.isLocked(${JSON.stringify(path)}); setImmediate(look) }
      look()
      console.log('looks')`
    const args = ['--no-warnings', '--input-type=module', '--eval', code]
    const looking = Array.from({ length: 2 }, () =>
      spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] }),
    )
    try {
      for (const child of looking) await once(child.stdout!, 'data')
      for (let i = 0; i < 200; i++) {
        const lock = nodeFiles.lock(path)
        assert.ok(lock, `try ${i}`)
        lock.release()
      }
    } finally {
      for (const child of looking) child.kill('SIGKILL')
    }
  })

  it('says in words that the disk is full, or that it failed', (t) => {
    assert.throws(() => nodeFiles.openRead(`${scratch}/nothing`), {
      name: 'UnavailableError',
      reason: 'storage.io',
      message: /failed at .*nothing \(ENOENT\)/,
    })
    if (!fs.existsSync('/dev/full')) return t.skip('this system has no device that is always full')
    const file = nodeFiles.openWrite('/dev/full')
    assert.throws(() => file.write([Uint8Array.of(1)], 0), {
      name: 'UnavailableError',
      reason: 'storage.full',
      message: /is full \(ENOSPC\)/,
    })
    file.close()
  })
})
