import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { UnavailableError } from '@wadi/base/errors'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import {
  DEREGISTRATION_FILE,
  forgetDeregistration,
  isDeregistering,
  rememberDeregistration,
} from './deregistrationFile.ts'

describe('that a node is to leave', () => {
  it('survives a power cut, until it is forgotten', () => {
    const files = new MemoryFiles()
    files.makeFolder('data')
    assert.equal(isDeregistering(files, 'data'), false)
    forgetDeregistration(files, 'data')
    assert.equal(files.exists(`data/${DEREGISTRATION_FILE}`), false)
    rememberDeregistration(files, 'data')
    files.cutPower(() => 0)
    assert.equal(isDeregistering(files, 'data'), true)
    forgetDeregistration(files, 'data')
    files.cutPower(() => 0)
    assert.equal(isDeregistering(files, 'data'), false)
  })

  it('is not read out of a damaged file', () => {
    const files = new MemoryFiles()
    files.makeFolder('data')
    for (const bytes of [[], [0x61], [1]]) {
      const file = files.openWrite(`data/${DEREGISTRATION_FILE}`)
      file.truncate(0)
      file.write([Uint8Array.from(bytes)], 0)
      assert.throws(
        () => isDeregistering(files, 'data'),
        (error) => {
          assert.ok(error instanceof UnavailableError)
          return /deregistration\.cbor is damaged: remove it/.test(error.message)
        },
      )
    }
  })
})
