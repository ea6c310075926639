import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { replaceFile } from '@wadi/node-storage/file-system'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { EMPTY_HASH } from '@wadi/primitives/hash'
import { SignedRecords } from './signedRecords.ts'

function folder(): MemoryFiles {
  const files = new MemoryFiles()
  files.makeFolder('node')
  return files
}

describe('what a compute node has signed', () => {
  it('is nothing at first', () => {
    assert.equal(new SignedRecords(folder(), 'node').load(), undefined)
  })

  it('is there after a power cut, as it was saved last', () => {
    const files = folder()
    const records = new SignedRecords(files, 'node')
    records.save({ round: 1n, batchHash: undefined, ranks: [] })
    const last = {
      round: 2n,
      batchHash: EMPTY_HASH,
      ranks: [0n, 3n],
      batch: [EMPTY_HASH],
      votes: [EMPTY_HASH, EMPTY_HASH],
    }
    records.save(last)
    files.cutPower(() => 0)
    assert.deepEqual(new SignedRecords(files, 'node').load(), last)
  })

  it('is not guessed where its file cannot be read', () => {
    const files = folder()
    replaceFile(files, 'node', 'signed.cbor', [Uint8Array.of(0xa1)])
    assert.throws(() => new SignedRecords(files, 'node').load(), {
      reason: 'workers.damagedRecord',
    })
  })
})
