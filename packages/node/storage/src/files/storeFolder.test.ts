import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { UnavailableError } from '@wadi/base/errors'
import { STORE_HEADER_SIZE_MAX } from '../limits.ts'
import { nodeFiles } from './nodeFiles.ts'
import { openStoreFolder, type StoreIdentity } from './storeFolder.ts'

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'store-folder-'))
after(() => fs.rmSync(scratch, { recursive: true }))

const ours: StoreIdentity = { kind: 'test store', format: 2, chain: 'a' }

function refuses(folder: string, identity: StoreIdentity, reason: string, words: RegExp): void {
  assert.throws(
    () => openStoreFolder(nodeFiles, folder, identity),
    (error) => {
      assert.ok(error instanceof UnavailableError, String(error))
      assert.equal(error.reason, reason)
      assert.match(error.message, words)
      assert.match(error.message, /;/, 'it says what to do next')
      return true
    },
  )
}

describe('the folder of a store', () => {
  it('makes opening a store of another format version a clear error', () => {
    const folder = path.join(scratch, 'format')
    openStoreFolder(nodeFiles, folder, ours).release()
    refuses(folder, { ...ours, format: 1 }, 'storage.otherFormat', /format 2.*reads 1.*newer/)
    refuses(folder, { ...ours, format: 3 }, 'storage.otherFormat', /format 2.*reads 3.*sync again/)
    openStoreFolder(nodeFiles, folder, ours).release()
  })

  it('makes opening a store of another chain a clear error', () => {
    const folder = path.join(scratch, 'chain')
    openStoreFolder(nodeFiles, folder, ours).release()
    refuses(folder, { ...ours, chain: 'b' }, 'storage.otherChain', /chain a, not to b/)
  })

  it('makes opening a store of another kind, or something else, a clear error', () => {
    const folder = path.join(scratch, 'kind')
    openStoreFolder(nodeFiles, folder, ours).release()
    refuses(folder, { ...ours, kind: 'other' }, 'storage.otherKind', /test store, not a other/)
    for (const text of ['', 'nonsense', '[]', '{"kind":1}', ' '.repeat(5000)]) {
      fs.writeFileSync(path.join(folder, 'store.json'), text)
      refuses(folder, ours, 'storage.badHeader', /not the header/)
    }
  })

  it('reads a header of STORE_HEADER_SIZE_MAX bytes and no longer one', () => {
    const folder = path.join(scratch, 'header')
    openStoreFolder(nodeFiles, folder, ours).release()
    const write = (size: number): void =>
      fs.writeFileSync(path.join(folder, 'store.json'), JSON.stringify(ours).padEnd(size))
    write(STORE_HEADER_SIZE_MAX)
    openStoreFolder(nodeFiles, folder, ours).release()
    write(STORE_HEADER_SIZE_MAX + 1)
    refuses(folder, ours, 'storage.badHeader', /not the header/)
  })

  it('makes opening a store that this process holds already a clear error', () => {
    const folder = path.join(scratch, 'held-here')
    const held = openStoreFolder(nodeFiles, folder, ours)
    refuses(folder, ours, 'storage.held', /another process holds/)
    held.release()
    openStoreFolder(nodeFiles, folder, ours).release()
  })

  it('makes opening a store held by another process a clear error, until that one is killed', async (t) => {
    const folder = path.join(scratch, 'held-there')
    const code = `
      import { nodeFiles } from ${JSON.stringify(import.meta.resolve('./nodeFiles.ts'))}
      import { openStoreFolder } from ${JSON.stringify(import.meta.resolve('./storeFolder.ts'))}
      openStoreFolder(nodeFiles, ${JSON.stringify(folder)}, ${JSON.stringify(ours)})
      console.log('held')
      setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.after(() => child.kill('SIGKILL'))
    await new Promise((resolve) => child.stdout.once('data', resolve))
    refuses(folder, ours, 'storage.held', /another process holds/)
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
    openStoreFolder(nodeFiles, folder, ours).release()
  })
})
