import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SeededRandom } from '@wadi/base/random'
import fc from 'fast-check'
import { checkMnemonic, createMnemonic, WORD_COUNTS } from './mnemonic.ts'

/** trezor/python-mnemonic vectors.json (MIT): English words. */
const PUBLISHED = [
  `${'abandon '.repeat(11)}about`,
  'legal winner thank year wave sausage worth useful legal winner thank yellow',
  'letter advice cage absurd amount doctor acoustic avoid letter advice cage above',
  `${'zoo '.repeat(11)}wrong`,
  `${'abandon '.repeat(17)}agent`,
  `${'abandon '.repeat(23)}art`,
  `${'zoo '.repeat(23)}vote`,
]

describe('a mnemonic', () => {
  it('is one as published', () => {
    for (const words of PUBLISHED) assert.deepEqual(checkMnemonic(words), { kind: 'good' })
  })

  it('has as many words as BIP-39 knows', () => {
    for (let count = 0; count <= 30; count++) {
      const words = Array.from({ length: count }, () => 'abandon').join(' ')
      const { kind } = checkMnemonic(words)
      assert.equal(kind, WORD_COUNTS.includes(count) ? 'checksum' : 'count', String(count))
    }
  })

  it('has words of the English list: the place of the first other one is told', () => {
    const words = `${'abandon '.repeat(4)}abandoned ${'abandon '.repeat(6)}abuot`
    assert.deepEqual(checkMnemonic(words), { kind: 'unknownWord', place: 5 })
  })

  it('has a checksum, which most mistakes break', () => {
    assert.deepEqual(checkMnemonic('abandon '.repeat(12).trim()), { kind: 'checksum' })
    const swapped = PUBLISHED[1]!.replace('legal winner', 'winner legal')
    assert.deepEqual(checkMnemonic(swapped), { kind: 'checksum' })
  })

  it('is made of 24 words, is good, and is another one each time', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 60n }), (seed) => {
        const random = new SeededRandom(seed)
        const [one, other] = [createMnemonic(random).reveal(), createMnemonic(random).reveal()]
        assert.equal(one.split(' ').length, 24)
        assert.deepEqual(checkMnemonic(one), { kind: 'good' })
        assert.notEqual(one, other)
      }),
      { numRuns: 20 },
    )
  })
})
