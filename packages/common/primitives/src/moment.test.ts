import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decode, encode } from '@wadi/cbor/codec'
import { parseJson, toJson } from '@wadi/cbor/json'
import fc from 'fast-check'
import {
  addMilliseconds,
  compareMoments,
  Moment,
  millisecondsBetween,
  parseMoment,
  printMoment,
} from './moment.ts'

const anyMoment = fc
  .tuple(fc.bigInt(0n, 253_402_300_799n), fc.nat(999_999_999))
  .map(([seconds, nanoseconds]) => ({ seconds, nanoseconds }))

describe('Moment', () => {
  it('keeps its fraction in JSON and loses it on the wire', () => {
    fc.assert(
      fc.property(anyMoment, (moment) => {
        assert.deepEqual(parseJson(Moment, toJson(Moment, moment)), moment)
        assert.deepEqual(decode(Moment, encode(Moment, moment)), { ...moment, nanoseconds: 0 })
      }),
    )
  })

  it('is written in UTC without zeros at the end of the fraction', () => {
    assert.equal(printMoment({ seconds: 0n, nanoseconds: 0 }), '1970-01-01T00:00:00Z')
    const text = '2026-11-21T00:52:59.51027Z'
    assert.equal(printMoment(parseMoment(text)), text)
    assert.equal(printMoment(parseMoment('1970-01-01T02:00:00.5+02:00')), '1970-01-01T00:00:00.5Z')
  })

  it('is refused when there is no such date', () => {
    for (const text of ['', '2026-02-29T00:00:00Z', '2026-01-01', '2026-01-01T24:00:00Z']) {
      assert.throws(() => parseMoment(text), { module: 'unknown', code: 1 }, text)
    }
  })

  it('can be counted on with', () => {
    const milliseconds = fc.integer({ min: -(10 ** 12), max: 10 ** 12 })
    fc.assert(
      fc.property(anyMoment, milliseconds, (moment, ms) => {
        const later = addMilliseconds(moment, ms)
        assert.ok(later.nanoseconds >= 0 && later.nanoseconds < 1_000_000_000)
        assert.equal(millisecondsBetween(moment, later), ms)
        assert.equal(Math.sign(compareMoments(later, moment)), Math.sign(ms))
        assert.deepEqual(addMilliseconds(later, -ms), moment)
      }),
    )
  })

  it('is waited for a whole number of milliseconds, not too short', () => {
    const at = (nanoseconds: number) => ({ seconds: 5n, nanoseconds })
    assert.equal(millisecondsBetween(at(0), at(1)), 1)
    assert.equal(millisecondsBetween(at(0), at(1_000_000)), 1)
    assert.equal(millisecondsBetween(at(1), at(0)), 0)
  })
})
