import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  compareBytes,
  concatBytes,
  EMPTY_BYTES,
  equalBytes,
  hasPrefix,
  parseBase64,
  parseHex,
  parseUtf8,
  toBase64,
  toHex,
  toUtf8,
} from './bytes.ts'

const anyBytes = fc.uint8Array({ maxLength: 200 })
/** Few different bytes, so that two of them often share a beginning. */
const closeBytes = fc.uint8Array({ max: 1, maxLength: 6 })
const anyText = fc.string({ unit: 'binary', maxLength: 60 })
/** UTF-16 units of any kind, lone surrogates among them. */
const anyUnits = fc
  .array(fc.oneof(fc.nat(0xffff), fc.integer({ min: 0xd7ff, max: 0xe000 })), { maxLength: 40 })
  .map((units) => String.fromCharCode(...units))
/** Bytes that come close to being UTF-8. */
const nearUtf8 = fc
  .array(
    fc.constantFrom(
      0x41,
      0x7f,
      0x80,
      0x9f,
      0xa0,
      0xbf,
      0xc0,
      0xc2,
      0xe0,
      0xed,
      0xef,
      0xf0,
      0xf4,
      0xf5,
    ),
  )
  .map((bytes) => Uint8Array.from(bytes))

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

describe('equalBytes, compareBytes, hasPrefix', () => {
  it('agree with Buffer', () => {
    fc.assert(
      fc.property(fc.oneof(anyBytes, closeBytes), fc.oneof(anyBytes, closeBytes), (a, b) => {
        assert.equal(Math.sign(compareBytes(a, b)), Buffer.compare(a, b))
        assert.equal(equalBytes(a, b), Buffer.compare(a, b) === 0)
        assert.equal(hasPrefix(a, b), equalBytes(a.subarray(0, b.length), b))
      }),
    )
  })
})

describe('equalBytes of long byte strings', () => {
  it('finds the one byte that differs, however the two lie in memory', () => {
    const inputs = fc.tuple(fc.integer({ min: 120, max: 400 }), fc.nat(7), fc.nat(7), fc.nat())
    fc.assert(
      fc.property(inputs, ([size, offsetA, offsetB, seed]) => {
        const a = new Uint8Array(size + 8).subarray(offsetA, offsetA + size)
        const b = new Uint8Array(size + 8).subarray(offsetB, offsetB + size)
        for (let i = 0; i < size; i++) a[i] = b[i] = i * 31 + seed
        assert.ok(equalBytes(a, b))
        b[seed % size]! ^= 1 << (seed % 8)
        assert.ok(!equalBytes(a, b))
        assert.ok(!equalBytes(a, b.subarray(1)))
      }),
    )
  })
})

describe('concatBytes', () => {
  it('agrees with Buffer and copies', () => {
    fc.assert(
      fc.property(fc.array(anyBytes, { maxLength: 5 }), (parts) => {
        const joined = concatBytes(...parts)
        assert.deepEqual(joined, Uint8Array.from(Buffer.concat(parts)))
        joined.fill(0)
        assert.deepEqual(concatBytes(...parts), Uint8Array.from(Buffer.concat(parts)))
      }),
    )
    assert.deepEqual(concatBytes(), EMPTY_BYTES)
  })
})

describe('hexadecimal text', () => {
  it('agrees with Buffer in both directions and takes both cases', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const hex = toHex(bytes)
        assert.equal(hex, Buffer.from(bytes).toString('hex'))
        assert.deepEqual(parseHex(hex), bytes)
        assert.deepEqual(parseHex(hex.toUpperCase()), bytes)
      }),
    )
  })

  it('refuses everything else', () => {
    for (const text of [
      '0',
      'abc',
      '0g',
      'g0',
      '0x',
      ' 0',
      '٠٠',
      '\u0130\u0130',
      '@@',
      '``',
      '//',
      '::',
    ]) {
      assert.throws(() => parseHex(text), { reason: 'bytes.badHex' }, text)
    }
  })
})

describe('base64 text', () => {
  it('agrees with Buffer in both directions', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const text = toBase64(bytes)
        assert.equal(text, Buffer.from(bytes).toString('base64'))
        assert.deepEqual(parseBase64(text), bytes)
      }),
    )
  })

  it('skips line breaks and ignores spare bits, as the reference does', () => {
    assert.deepEqual(parseBase64('AQ\r\nID\n'), Uint8Array.of(1, 2, 3))
    assert.deepEqual(parseBase64('AR=='), Uint8Array.of(1))
  })

  it('refuses what is not standard, padded base64', () => {
    const wrong = [
      'A',
      'AQ',
      'AQI',
      'AQI-',
      'AQ_D',
      'A===',
      '====',
      'A=ID',
      'AQ=D',
      'AQ==AQID',
      'AQ D',
      'éAAA',
    ]
    for (const text of wrong) {
      assert.throws(() => parseBase64(text), { reason: 'bytes.badBase64' }, text)
    }
  })

  it('ends in bytes or a coded error for every text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), (text) => {
        try {
          parseBase64(text)
        } catch (error) {
          assert.equal((error as { reason?: string }).reason, 'bytes.badBase64')
        }
      }),
    )
  })
})

describe('UTF-8 text', () => {
  it('is written as TextEncoder writes it, lone surrogates included', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, anyUnits), (text) => {
        assert.deepEqual(toUtf8(text), new TextEncoder().encode(text))
      }),
    )
  })

  it('is read exactly when a strict TextDecoder reads it, and to the same text', () => {
    fc.assert(
      fc.property(fc.oneof(anyBytes, nearUtf8, anyText.map(toUtf8)), (bytes) => {
        let wanted: string | undefined
        try {
          wanted = strict.decode(bytes)
        } catch {
          assert.throws(() => parseUtf8(bytes), { reason: 'bytes.badUtf8' })
          return
        }
        assert.equal(parseUtf8(bytes), wanted)
      }),
      { numRuns: 500 },
    )
  })

  it('reads every sequence of two bytes, and the edges of three and four, as TextDecoder does', () => {
    const agree = (bytes: Uint8Array) => {
      const read = (decode: () => string) => {
        try {
          return decode()
        } catch {
          return undefined
        }
      }
      assert.equal(
        read(() => parseUtf8(bytes)),
        read(() => strict.decode(bytes)),
        toHex(bytes),
      )
    }
    for (let pair = 0; pair < 0x10000; pair++) agree(Uint8Array.of(pair >> 8, pair & 0xff))
    const edges = [0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0]
    for (const first of [0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff]) {
      for (const a of edges) {
        for (const b of edges) {
          agree(Uint8Array.of(first, a, b))
          for (const c of edges) agree(Uint8Array.of(first, a, b, c))
        }
      }
    }
  })

  it('reads a part of the bytes and does not look beyond it', () => {
    const bytes = toUtf8('añb')
    assert.equal(parseUtf8(bytes, 1, 3), 'ñ')
    assert.throws(() => parseUtf8(bytes, 1, 2), { reason: 'bytes.badUtf8', message: /at byte 0/ })
  })
})
