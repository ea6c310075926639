import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { describeStore } from '@wadi/kv/compliance'
import { RANGE_CHUNK_ENTRIES, WRITES_QUEUED_MAX } from '../limits.ts'
import { DiskStore } from './diskStore.ts'

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'disk-store-'))
let count = 0
const fresh = (): string => path.join(scratch, String(count++))
after(() => fs.rmSync(scratch, { recursive: true }))

describeStore('on disk', () => DiskStore.open({ path: fresh(), chain: 'test' }))

describe('the key-value store on disk', () => {
  const key = Uint8Array.of(1)

  it('finds again what was written before it was closed', async () => {
    const folder = fresh()
    const store = await DiskStore.open({ path: folder, chain: 'test' })
    await store.write([{ kind: 'put', key, value: Uint8Array.of(7) }])
    await store.close()
    const again = await DiskStore.open({ path: folder, chain: 'test' })
    assert.equal(again.get(key)?.[0], 7)
    await again.close()
  })

  it('is not opened for another chain, nor twice at the same time', async () => {
    const folder = fresh()
    const store = await DiskStore.open({ path: folder, chain: 'test' })
    const again = DiskStore.open({ path: folder, chain: 'test' })
    await assert.rejects(again, { name: 'UnavailableError', reason: 'storage.held' })
    await store.close()
    const other = DiskStore.open({ path: folder, chain: 'other' })
    await assert.rejects(other, { name: 'UnavailableError', reason: 'storage.otherChain' })
  })

  it('gives every entry of a range that takes one read from the disk, and one entry more', async () => {
    for (const count of [RANGE_CHUNK_ENTRIES, RANGE_CHUNK_ENTRIES + 1]) {
      const store = await DiskStore.open({ path: fresh(), chain: 'test' })
      const keys = Array.from({ length: count }, (_, i) => Uint8Array.of(i >> 8, i))
      await store.write(keys.map((each) => ({ kind: 'put', key: each, value: each })))
      const found: string[] = []
      for await (const entry of store.range({})) found.push(toHex(entry.key))
      assert.deepEqual(found, keys.map(toHex))
      await store.close()
    }
  })

  it('lets so many writes wait and refuses one more until the disk has caught up', async () => {
    const store = await DiskStore.open({ path: fresh(), chain: 'test' })
    const write = () => store.write([{ kind: 'delete', key }], { durability: 'buffered' })
    const waiting = Array.from({ length: WRITES_QUEUED_MAX }, write)
    await assert.rejects(write(), { reason: 'storage.busy' })
    await Promise.all(waiting)
    await write()
    await store.close()
  })
})
