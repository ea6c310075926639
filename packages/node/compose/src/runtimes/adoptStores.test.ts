import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { DiskStore } from '@wadi/node-storage/disk-store'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { Namespace } from '@wadi/primitives/namespace'
import { RuntimeStore } from '@wadi/workers/runtime-store'
import { adoptStores } from './adoptStores.ts'

const scratch = mkdtempSync(join(tmpdir(), 'wadi-adopt-'))
after(() => rmSync(scratch, { recursive: true }))

const BEFORE = 'aa'.repeat(32)
const NEXT = 'bb'.repeat(32)
const runtimeId = Namespace.check(new Uint8Array(32).fill(8, 8))
const KEY = toUtf8('key')

let folders = 0
async function folderOf(...names: readonly string[]): Promise<string> {
  const folder = join(scratch, `${folders++}`)
  for (const name of names) {
    const store = await DiskStore.open({ path: `${folder}/${name}`, chain: BEFORE })
    await store.write([{ kind: 'put', key: KEY, value: toUtf8(name) }])
    await store.close()
  }
  openTrees(folder, BEFORE).close()
  return folder
}

function openTrees(folder: string, chain: string): RuntimeStore {
  return new RuntimeStore({ files: nodeFiles, path: `${folder}/trees`, chain, runtimeId })
}

describe('adoptStores', () => {
  it('takes over what was preserved of a runtime whose history is forgotten', async () => {
    const folder = await folderOf('local')
    adoptStores(nodeFiles, folder, NEXT)
    const local = await DiskStore.open({ path: `${folder}/local`, chain: NEXT })
    assert.equal(toHex((await local.get(KEY)) ?? new Uint8Array()), toHex(toUtf8('local')))
    await local.close()
    openTrees(folder, NEXT).close()
  })

  it('leaves a whole folder of another network to be refused', async () => {
    const folder = await folderOf('local', 'history')
    adoptStores(nodeFiles, folder, NEXT)
    await assert.rejects(DiskStore.open({ path: `${folder}/local`, chain: NEXT }), {
      reason: 'storage.otherChain',
    })
    assert.throws(() => openTrees(folder, NEXT), { reason: 'storage.otherChain' })
  })

  it('leaves a folder with nothing in it as it is', () => {
    const folder = join(scratch, 'nothing')
    adoptStores(nodeFiles, folder, NEXT)
    assert.ok(!nodeFiles.exists(folder))
  })
})
