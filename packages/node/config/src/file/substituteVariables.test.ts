// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the variables are those of the file
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { FILE_SIZE_MAX } from '../limits.ts'
import { substituteVariables } from './substituteVariables.ts'

const environment = { A: 'x', EMPTY: '', B_1: 'two words', ä: 'umlaut' }
const put = (text: string) => substituteVariables(text, environment).text

describe('variables in a file', () => {
  it('are put in by name', () => {
    const cases = {
      'a: ${A}/b': 'a: x/b',
      '$A-$B_1.': 'x-two words.',
      $A_: '',
      '$$A $$$A': '$A $x',
      '$ä${ä}': 'umlautumlaut',
      '# costs $5': '# costs ',
      'a$ $. $-': 'a$ $. $-',
      $: '$',
    }
    for (const [written, result] of Object.entries(cases)) assert.equal(put(written), result)
  })

  it('have a word for what is not set, empty or set', () => {
    const cases = {
      '${A:-w}${N:-w}${EMPTY:-w}': 'xww',
      '${A-w}${N-w}${EMPTY-w}': 'xw',
      '${A:=w}${N:=w}${N=w}': 'xww',
      '${A+w}${N+w}${EMPTY:+w}': 'ww',
      '${N:-tcp://[::1]:80/$x}': 'tcp://[::1]:80/$x',
      '${N:-$A}': 'x',
      '${N:-}${A:-}': 'x',
    }
    for (const [written, result] of Object.entries(cases)) assert.equal(put(written), result)
  })

  it('leave alone what is no name, and refuse braces around it', () => {
    for (const text of ['$_', '{A}', '$.', 'a$']) assert.equal(put(text), text)
    for (const text of ['${}', '${-}', '${_}', '${A?x}', '${A:}', '${A:x}', '${ A}', '${${A}}']) {
      const message = /1:3: \$\{ begins no variable; put its name behind it, or write \$\$/
      assert.throws(() => put(text), { reason: 'configFile.malformed', message }, text)
    }
  })

  it('are told by name where they are not set', () => {
    assert.deepEqual(substituteVariables('$N ${M:-1} ${N} $A $toString', environment).unset, [
      'N',
      'toString',
    ])
  })

  it('are refused without a closing brace, with the place', () => {
    const wrong = () => put('a: 1\nb: ${A\n}')
    assert.throws(wrong, { reason: 'configFile.malformed', message: /2:6: \$\{ has no closing/ })
  })

  it('cannot make a file larger than a file can be', () => {
    const long = { L: 'a'.repeat(1024) }
    const count = FILE_SIZE_MAX / 1024
    assert.equal(substituteVariables('$L'.repeat(count), long).text.length, FILE_SIZE_MAX)
    const wrong = () => substituteVariables('$L'.repeat(count + 1), long)
    assert.throws(wrong, { reason: 'configFile.tooLarge' })
  })

  it('change nothing where there is no dollar', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const plain = text.replaceAll('$', '')
        assert.deepEqual(substituteVariables(plain, environment), { text: plain, unset: [] })
        assert.equal(put(text.replaceAll('$', '$$$$')), text)
      }),
    )
  })
})
