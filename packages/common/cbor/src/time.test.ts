import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import fc from 'fast-check'
import { decode, encode } from './codec.ts'
import { time } from './scalars.ts'
import { parseTime, printTime, ZERO_TIME } from './time.ts'

describe('time', () => {
  it('prints every second of the years 0 to 9999 as the platform does', () => {
    fc.assert(
      fc.property(fc.bigInt(-62_167_219_200n, 253_402_300_799n), (seconds) => {
        const expected = new Date(Number(seconds) * 1000).toISOString().replace('.000', '')
        assert.equal(printTime(seconds), expected)
        assert.equal(parseTime(expected), seconds)
      }),
    )
  })
  it('takes offsets and drops fractions', () => {
    assert.equal(parseTime('2013-03-21T20:04:00Z'), 1363896240n)
    assert.equal(parseTime('2013-03-21T22:04:00.999+02:00'), 1363896240n)
    assert.equal(parseTime('2013-03-21T18:34:00-01:30'), 1363896240n)
  })
  it('refuses days that no month has', () => {
    for (const date of ['2019-02-29', '2020-02-30', '2100-02-29', '2020-04-31', '2020-00-10']) {
      assert.throws(() => parseTime(`${date}T00:00:00Z`), { reason: 'cbor.badTime' })
    }
    for (const clock of ['24:00:00', '23:60:00', '23:59:60', '1:2:3']) {
      assert.throws(() => parseTime(`2020-01-01T${clock}Z`), { reason: 'cbor.badTime' })
    }
  })
  it('is the second of a float, to the nanosecond', () => {
    for (const [float, seconds] of [
      ['fa3fc00000', 1n],
      ['fabfc00000', -2n],
      ['fabf800000', -1n],
      // -10⁻⁹, rounded to more and to less than that.
      ['fbbe112e0be826d695', -1n],
      ['fbbe112e0be826d694', 0n],
      ['faa8094671', 0n],
      ['fa80000000', 0n],
    ] as const)
      assert.equal(decode(time, parseHex(float)), seconds, float)
  })
  it('is null on the wire when zero', () => {
    assert.equal(toHex(encode(time, ZERO_TIME)), 'f6')
    assert.equal(decode(time, encode(time, ZERO_TIME)), ZERO_TIME)
    assert.equal(printTime(ZERO_TIME), '0001-01-01T00:00:00Z')
  })
})
