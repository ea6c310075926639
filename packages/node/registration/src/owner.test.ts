import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toBase64, toUtf8 } from '@wadi/base/bytes'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { ENTITY_FILE_BYTES_MAX } from './limits.ts'
import { ownerOf } from './owner.ts'
import { testOwner } from './testing/testNode.ts'

/** A folder with an entity's file. */
function filesWith(text: string): MemoryFiles {
  const files = new MemoryFiles()
  const file = files.openWrite('entity.json')
  file.write([toUtf8(text)], 0)
  file.close()
  return files
}

const good = `{ "v": 2, "id": "${toBase64(testOwner)}", "nodes": [] }`

describe('the owner of a node', () => {
  it('is named by its file, by its key, or not at all', () => {
    const files = filesWith(good)
    assert.deepEqual(ownerOf(files, { entity: 'entity.json' }), testOwner)
    assert.deepEqual(ownerOf(files, { entityId: testOwner }), testOwner)
    assert.equal(ownerOf(files, {}), undefined)
  })

  it('is not guessed from a file that is missing or is something else', () => {
    const reason = 'registration.ownerFile'
    for (const text of ['', '{', '[]', '{}', 'null', '{"v": 2, "id": "AAAA"}'])
      assert.throws(() => ownerOf(filesWith(text), { entity: 'entity.json' }), { reason })
    assert.throws(() => ownerOf(new MemoryFiles(), { entity: 'entity.json' }), { reason })
  })

  it('has a file of a size that is bounded', () => {
    const largest = good + ' '.repeat(ENTITY_FILE_BYTES_MAX - good.length)
    assert.deepEqual(ownerOf(filesWith(largest), { entity: 'entity.json' }), testOwner)
    assert.throws(() => ownerOf(filesWith(`${largest} `), { entity: 'entity.json' }), /too long/)
  })
})
