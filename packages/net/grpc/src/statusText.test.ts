import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { STATUS_TEXT_BYTES_MAX } from './limits.ts'
import { escapeText, unescapeText } from './statusText.ts'

describe('the text of an error in a header field', () => {
  it('comes back as it was, and is printable on the way', () => {
    const isSurrogate = (point: number) => point >= 0xd800 && point <= 0xdfff
    const point = fc.nat(0x10ffff).map((n) => (isSurrogate(n) ? 0x25 : n))
    const points = fc.array(fc.oneof(point, fc.nat(0x7f)), { maxLength: 200 })
    const text = points.map((all) => String.fromCodePoint(...all))
    fc.assert(
      fc.property(text, (message) => {
        const escaped = escapeText(message)
        assert.match(escaped, /^[ -~]*$/)
        assert.equal(unescapeText(escaped), message)
      }),
    )
  })

  it('is what others write', () => {
    assert.equal(escapeText('a b%c ü\n'), 'a b%25c %C3%BC%0A')
    assert.equal(unescapeText('%c3%bc'), 'ü')
  })

  it('stays as it is where it is not escaped well', () => {
    for (const text of ['100%', '%', '%4', '%zz', '%ff']) assert.equal(unescapeText(text), text)
  })

  it('is cut off at its bound, between characters', () => {
    const full = 'x'.repeat(STATUS_TEXT_BYTES_MAX)
    assert.equal(escapeText(full), full)
    assert.equal(escapeText(`${full}y`), full)
    const wide = `${'x'.repeat(STATUS_TEXT_BYTES_MAX - 1)}ü`
    assert.equal(escapeText(wide), full.slice(1))
  })
})
