import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { closingLine, coverageOf } from './coverage.ts'

describe('the coverage of the vectors', () => {
  it('tells files that were read, are excused, and were forgotten', () => {
    const coverage = coverageOf(['README.md', 'a.json', 'b.json'], new Set(['a.json']))
    assert.deepEqual(coverage, { read: 1, excused: 1, unread: ['b.json'] })
  })

  it('fails for a file that nobody read, and names it', () => {
    const { line, passes } = closingLine({ read: 1, excused: 0, unread: ['b.json'] }, false)
    assert.equal(passes, false)
    assert.match(line, /^1 of 2 vector files read, .*\n.*b\.json$/)
  })

  it('passes when every file was read or excused', () => {
    const { line, passes } = closingLine({ read: 2, excused: 1, unread: [] }, true)
    assert.equal(passes, true)
    assert.equal(line, '2 of 2 vector files read, 1 excused by name')
  })

  it('says that vectors are absent, and fails only where they are required', () => {
    assert.deepEqual(closingLine(undefined, false), {
      line: 'vectors absent: 0 read',
      passes: true,
    })
    assert.equal(closingLine(undefined, true).passes, false)
  })

  it('takes an empty folder for absent vectors where they are required', () => {
    const nothing = { read: 0, excused: 0, unread: [] }
    assert.equal(closingLine(nothing, true).passes, false)
    assert.equal(closingLine(nothing, false).passes, true)
  })
})
