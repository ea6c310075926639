import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { openTrustFile } from './trustFile.ts'

const trusted = { height: 7n, hash: new Uint8Array(32).fill(7) }

describe('the block that a node without a state begins with the next time', () => {
  it('is the one that was written last', () => {
    const files = new MemoryFiles()
    const file = openTrustFile(files, 'data')
    assert.equal(file.load(), undefined)
    file.save({ ...trusted, height: 6n })
    file.save(trusted)
    assert.deepEqual(openTrustFile(files, 'data').load(), trusted)
  })

  it('is none if the file cannot be read', () => {
    const files = new MemoryFiles()
    openTrustFile(files, 'data').save(trusted)
    const open = files.openWrite('data/consensus/light/trusted.cbor')
    open.write([Uint8Array.of(0xff)], 0)
    open.close()
    assert.equal(openTrustFile(files, 'data').load(), undefined)
  })
})
