import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Secret } from '@wadi/base/secret'
import { parseMnemonic } from './mnemonic.ts'

const WORDS = 'legal winner thank year wave sausage worth useful legal winner thank yellow'

describe('a mnemonic that somebody types', () => {
  it('may have any blanks between its words, and capitals', () => {
    const typed = `  ${WORDS.toUpperCase().replaceAll(' ', ' \n\t')} `
    assert.equal(parseMnemonic(new Secret(typed)).reveal(), WORDS)
  })

  it('is refused with what is wrong, and none of its words', () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ['', /has 12, 15, 18, 21 or 24 words, not 0; give all of them/],
      [WORDS.replace(' yellow', ''), /words, not 11; give all of them/],
      [WORDS.replace('wave', 'waves'), /word 5 of the mnemonic is not in the English list/],
      [WORDS.replace('wave', 'w4ve'), /word 5 of the mnemonic is not in the English list/],
      [WORDS.replace('wave', 'wealth'), /their checksum is wrong/],
    ]
    for (const [text, sentence] of cases)
      assert.throws(
        () => parseMnemonic(new Secret(text)),
        ({ reason, message }) => {
          assert.equal(reason, 'wadi.badValue')
          assert.match(message, sentence)
          return !/legal|winner|waves|w4ve|wealth/.test(message)
        },
      )
  })
})
