import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { plainLine, plainText } from './plainText.ts'

describe('text that others wrote', () => {
  it('cannot command a terminal, nor turn its lines around', () => {
    assert.equal(plainText('a\u001B[2Jb\u009bc\rd\u202Ee'), 'a\ufffd[2Jb\ufffdc\ufffdd\ufffde')
  })

  it('keeps its letters and its lines', () => {
    assert.equal(plainText('Grüße,\n\tзмея 🐍'), 'Grüße,\n\tзмея 🐍')
    assert.equal(plainLine('a\n b\u0007'), 'a b\ufffd')
  })
})
