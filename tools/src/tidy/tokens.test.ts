import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { tokenize } from './tokens.ts'

const cut = (text: string) => tokenize(text).map(({ kind, text: part }) => `${kind} ${part}`)
const words = (text: string) =>
  tokenize(text)
    .filter(({ kind }) => kind === 'word')
    .map((token) => token.text)

describe('tokenize', () => {
  it('does not find words in strings, comments and regular expressions', () => {
    assert.deepEqual(words(`a('b"c', "d'e") // f\n/* g\n h */ + /[/i]j/.test(k)`), [
      'a',
      'test',
      'k',
    ])
  })

  it('finds the words inside the holes of nested templates and no others', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is a source text
    const text = '`one ${two({ a: `x ${three} y` })} four \\` five` + six'
    assert.deepEqual(words(text), ['two', 'a', 'three', 'six'])
  })

  it('tells a division from a regular expression', () => {
    assert.deepEqual(cut('a / b / c'), ['word a', 'sign /', 'word b', 'sign /', 'word c'])
    assert.deepEqual(cut('(a) / b'), ['sign (', 'word a', 'sign )', 'sign /', 'word b'])
    assert.deepEqual(cut('return /b/g'), ['word return', 'regex /b/g'])
    assert.deepEqual(cut('x = /a\\/b/'), ['word x', 'sign =', 'regex /a\\/b/'])
  })

  it('keeps numbers of every form in one piece', () => {
    for (const number of ['1', '1_000n', '0xff', '1.5', '.5', '1e9', '0b11', '2.5e-3']) {
      assert.deepEqual(cut(`[${number}]`), ['sign [', `number ${number}`, 'sign ]'])
    }
  })

  it('counts lines through comments and templates', () => {
    assert.deepEqual(
      tokenize('a /*\n*/ `\n` b\nc').map(({ line }) => line),
      [1, 1, 2, 3, 4],
    )
  })
})
