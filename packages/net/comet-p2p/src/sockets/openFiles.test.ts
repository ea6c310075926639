import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { OPEN_FILES_RESERVED } from '../limits.ts'
import { openFilesMax, socketsWithin } from './openFiles.ts'

describe('open files', () => {
  it('are as many as the shell allows this process', () => {
    const limit = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim()
    assert.equal(openFilesMax(), limit === 'unlimited' ? undefined : Number(limit))
  })

  it('leave the reports of this process as they were', () => {
    const before = { ...process.report }
    openFilesMax()
    assert.deepEqual({ ...process.report }, before)
  })

  it('are kept for the disk before peers get any, and half of them where there are few', () => {
    assert.equal(socketsWithin(1024), 1024 - OPEN_FILES_RESERVED)
    assert.equal(socketsWithin(2 * OPEN_FILES_RESERVED), OPEN_FILES_RESERVED)
    assert.equal(socketsWithin(2 * OPEN_FILES_RESERVED - 2), OPEN_FILES_RESERVED - 1)
  })
})
