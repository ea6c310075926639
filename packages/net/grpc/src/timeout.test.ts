import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CodedError } from '@wadi/base/errors'
import fc from 'fast-check'
import { TIMER_MS_MAX } from './limits.ts'
import { parseTimeout, printTimeout } from './timeout.ts'

describe('how long a call may take', () => {
  it('has a number and a unit', () => {
    const known = { '1H': 3_600_000, '2M': 120_000, '3S': 3000, '4m': 4, '1500u': 2, '1n': 1 }
    for (const [text, ms] of Object.entries(known)) assert.equal(parseTimeout(text), ms)
    assert.equal(parseTimeout(undefined), undefined)
  })

  it('has no end where no timer reaches', () => {
    assert.equal(parseTimeout('99999999H'), undefined)
    assert.equal(parseTimeout('2147483S'), 2_147_483_000)
    assert.equal(parseTimeout('2147484S'), undefined)
  })

  it('is refused in any other form', () => {
    for (const text of ['', '1', 'S', '1s', '-1S', '1.5S', '123456789S', ' 1S', '1S '])
      assert.throws(() => parseTimeout(text), CodedError)
  })

  it('comes back as it was, or a second longer', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: TIMER_MS_MAX - 1000 }), (ms) => {
        const back = parseTimeout(printTimeout(ms))!
        assert.ok(back >= ms && back < ms + 1000)
      }),
    )
  })
})
