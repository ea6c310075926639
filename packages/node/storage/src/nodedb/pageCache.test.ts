import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MemoryFiles } from '../files/memoryFiles.ts'
import { CACHE_PAGES_MAX, PAGE_SIZE } from '../limits.ts'
import { PageCache } from './pageCache.ts'

describe('the page cache', () => {
  it('gives the bytes of the file and never holds more pages than allowed', () => {
    const files = new MemoryFiles()
    const file = files.openWrite('file')
    const bytes = Uint8Array.from({ length: 20 * PAGE_SIZE + 5 }, (_, i) => (i * 31) >> 3)
    file.write([bytes], 0)
    const cache = new PageCache(6)
    const source = cache.adopt(file)
    for (let i = 0; i < 400; i++) {
      const position = (i * 40_503) % bytes.length
      const found = cache.readOn(source, position)
      const end = Math.min(bytes.length, (Math.floor(position / PAGE_SIZE) + 1) * PAGE_SIZE)
      assert.deepEqual(found, bytes.subarray(position, end))
      assert.ok(cache.pageCount <= 6)
    }
  })

  it('holds CACHE_PAGES_MAX pages and not one more', () => {
    const reads: number[] = []
    const file = new MemoryFiles().openWrite('file')
    file.read = (target, position) => {
      reads.push(position / PAGE_SIZE)
      return target.length
    }
    const cache = new PageCache(CACHE_PAGES_MAX)
    const source = cache.adopt(file)
    const read = (number: number): unknown => cache.readOn(source, number * PAGE_SIZE)
    for (let i = 0; i < CACHE_PAGES_MAX; i++) read(i)
    assert.equal(cache.pageCount, CACHE_PAGES_MAX)
    read(0)
    assert.equal(reads.length, CACHE_PAGES_MAX)
    read(CACHE_PAGES_MAX)
    assert.ok(cache.pageCount <= CACHE_PAGES_MAX)
  })

  it('sees what was appended to the last page', () => {
    const file = new MemoryFiles().openWrite('file')
    const cache = new PageCache(4)
    const source = cache.adopt(file)
    file.write([Uint8Array.of(1, 2)], 0)
    assert.equal(cache.readOn(source, 1).length, 1)
    file.write([Uint8Array.of(3)], 2)
    assert.deepEqual(cache.readOn(source, 1), Uint8Array.of(2, 3))
  })
})
