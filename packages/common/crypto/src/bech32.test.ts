import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import fc from 'fast-check'
import { parseBech32, toBech32 } from './bech32.ts'
import { BECH32_TEXT_MAX, BECH32_TEXT_MIN } from './limits.ts'

const LONG_PREFIX =
  'an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio'

// BIP-173, "Test vectors" (BSD-2-Clause)
const valid = [
  'A12UEL5L',
  'a12uel5l',
  `${LONG_PREFIX}1tt5tgs`,
  'abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw',
  '11qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqc8247j',
  'split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w',
  '?1ezyfcl',
]
const invalid: readonly (readonly [string, string])[] = [
  ['\x201nwldj5', 'bech32.badCharacter'],
  ['\x7f1axkwrx', 'bech32.badCharacter'],
  ['\x801eym55h', 'bech32.badCharacter'],
  [
    'an84characterslonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1569pvx',
    'bech32.badLength',
  ],
  ['pzry9x0s0muk', 'bech32.noSeparator'],
  ['1pzry9x0s0muk', 'bech32.noSeparator'],
  ['x1b4n0q5v', 'bech32.badCharacter'],
  ['li1dgmt3', 'bech32.noSeparator'],
  ['de1lg7wt\xff', 'bech32.badCharacter'],
  ['A1G7SGD8', 'bech32.badChecksum'],
  ['10a06t8', 'bech32.badLength'],
  ['1qzzfhee', 'bech32.noSeparator'],
]
const prefixes = fc.stringMatching(/^[!-@[-~]{1,20}$/)

describe('bech32', () => {
  it('parses what BIP-173 calls valid and writes it again', () => {
    for (const text of valid) {
      const { prefix, bytes } = parseBech32(text)
      assert.equal(toBech32(prefix, bytes), text.toLowerCase())
    }
    assert.equal(toHex(parseBech32(valid[3]!).bytes), '00443214c74254b635cf84653a56d7c675be77df')
  })

  it('refuses what BIP-173 calls invalid, each for its reason', () => {
    for (const [text, reason] of invalid) assert.throws(() => parseBech32(text), { reason })
  })

  it('writes the addresses of the Oasis documents', () => {
    const text = 'oasis1qrmufhkkyyf79s5za2r8yga9gnk4t446dcy3a5zm'
    const { prefix, bytes } = parseBech32(text)
    assert.deepEqual([prefix, bytes.length, bytes[0]], ['oasis', 21, 0])
    assert.equal(toBech32(prefix, bytes), text)
  })

  it('refuses mixed case, bech32m, and spare bits that are set or too many', () => {
    assert.throws(() => parseBech32('a12uEL5L'), { reason: 'bech32.mixedCase' })
    assert.throws(() => parseBech32('a1lqfn3a'), { reason: 'bech32.badChecksum' })
    // Checksums are right here: only the groups do not make whole bytes.
    assert.throws(() => parseBech32('a1q3g6mn3'), { reason: 'bech32.badPadding' })
    assert.throws(() => parseBech32('a1qpamnt9j'), { reason: 'bech32.badPadding' })
  })

  it('parses every text that it writes', () => {
    fc.assert(
      fc.property(prefixes, fc.uint8Array({ maxLength: 39 }), (prefix, bytes) => {
        const text = toBech32(prefix, bytes)
        assert.deepEqual(parseBech32(text), { prefix, bytes })
        assert.deepEqual(parseBech32(text.toUpperCase()), { prefix, bytes })
      }),
    )
  })

  it('refuses every text with one or two wrong characters', () => {
    const text = toBech32(
      'oasis',
      Uint8Array.from({ length: 21 }, (_, i) => i),
    )
    const place = fc.nat(text.length - 1)
    const character = fc.constantFrom(...'qpzry9x8gf2tvdw0s3jn54khce6mua7l')
    fc.assert(
      fc.property(place, character, place, character, (i, a, j, b) => {
        const wrong = [...text]
        wrong[i] = a
        wrong[j] = b
        fc.pre(wrong.join('') !== text)
        assert.throws(() => parseBech32(wrong.join('')), { name: 'CodedError' })
      }),
    )
  })

  it('answers any text with a result or a coded error', () => {
    const codes = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 120 })
    const anything = codes.map((list) => String.fromCharCode(...list))
    const almost = fc.stringMatching(/^[!-~]{0,20}1[02-9ac-hj-np-z]{0,100}$/)
    fc.assert(
      fc.property(fc.oneof(anything, almost), (text) => {
        try {
          parseBech32(text)
        } catch (error) {
          assert.equal((error as Error).name, 'CodedError')
        }
      }),
    )
  })

  it(`knows texts of ${BECH32_TEXT_MAX} characters and no longer ones`, () => {
    const bytes = new Uint8Array(0)
    const prefix = 'x'.repeat(BECH32_TEXT_MAX - 7)
    const text = toBech32(prefix, bytes)
    assert.equal(parseBech32(text).prefix, prefix)
    assert.throws(() => parseBech32(`${text}q`), { reason: 'bech32.badLength' })
    assert.throws(() => toBech32(`${prefix}x`, bytes), { name: 'BugError' })
    assert.throws(() => toBech32('Upper', bytes), { name: 'BugError' })
    assert.throws(() => toBech32('', new Uint8Array(8)), { name: 'BugError' })
  })

  // BIP-173's own test vector.
  it(`knows texts of ${BECH32_TEXT_MIN} characters and no shorter ones`, () => {
    const shortest = 'a12uel5l'
    assert.equal(shortest.length, BECH32_TEXT_MIN)
    assert.deepEqual(parseBech32(shortest), { prefix: 'a', bytes: new Uint8Array(0) })
    assert.throws(() => parseBech32(shortest.slice(1)), { reason: 'bech32.badLength' })
  })
})
