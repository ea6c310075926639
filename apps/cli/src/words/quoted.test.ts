import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { QUOTED_SIZE_MAX } from '../limits.ts'
import { quoted } from './quoted.ts'

describe('what somebody gave', () => {
  it('is repeated to them unless it may be words, a password or a key', () => {
    const longest = 'a'.repeat(QUOTED_SIZE_MAX)
    assert.equal(quoted(longest), `"${longest}"`)
    assert.equal(quoted(`${longest}a`), 'what was given')
    assert.equal(quoted('two words'), 'what was given')
  })
})
