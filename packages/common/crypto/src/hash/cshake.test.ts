import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  cshake256,
  kmac256xof,
  kmac256 as nobleKmac,
  tuplehash256,
} from '@noble/hashes/sha3-addons.js'
import { parseHex, toHex, toUtf8 } from '@wadi/base/bytes'
import fc from 'fast-check'
import { createCshake256, kmac256, kmacXof256, tupleHash256, tupleHasher256 } from './cshake.ts'

// NIST CSRC, "cSHAKE", "KMAC", "KMACXOF" and "TupleHash" samples of SP 800-185, public domain.
const SHORT = parseHex('00010203')
const LONG = Uint8Array.from({ length: 200 }, (_, i) => i)
const KEY = Uint8Array.from({ length: 32 }, (_, i) => 0x40 + i)
const APPLICATION = 'My Tagged Application'
const TUPLE = ['000102', '101112131415', '202122232425262728'].map(parseHex)
const shortText = fc.string({ maxLength: 40 })
const bytes = fc.uint8Array({ maxLength: 300 })
const sizes = fc.integer({ min: 1, max: 300 })

describe('cSHAKE256', () => {
  it('gives the outputs of samples 3 and 4', () => {
    const squeeze = (message: Uint8Array): string =>
      toHex(createCshake256('', 'Email Signature').absorb(message).squeeze(64))
    assert.equal(
      squeeze(SHORT),
      'd008828e2b80ac9d2218ffee1d070c48b8e4c87bff32c9699d5b6896eee0edd1' +
        '64020e2be0560858d9c00c037e34a96937c561a74c412bb4c746469527281c8c',
    )
    assert.equal(
      squeeze(LONG),
      '07dc27b11e51fbac75bc7b3c1d983e8b4b85fb1defaf218912ac864302730917' +
        '27f42b17ed1df63e8ec118f04b23633c1dfb1574c8fb55cb45da8e25afb092bb',
    )
  })

  it('agrees with another implementation, whatever the pieces of input and output', () => {
    fc.assert(
      fc.property(
        fc.array(bytes),
        fc.array(sizes, { minLength: 1 }),
        shortText,
        (parts, outs, s) => {
          const state = createCshake256('', s)
          for (const part of parts) state.absorb(part)
          const got = outs.flatMap((size) => [...state.squeeze(size)])
          const message = Uint8Array.from(parts.flatMap((part) => [...part]))
          const expected = cshake256(message, { dkLen: got.length, personalization: toUtf8(s) })
          assert.deepEqual(Uint8Array.from(got), expected)
        },
      ),
    )
  })
})

describe('KMAC256', () => {
  it('gives the outputs of samples 4 to 6', () => {
    assert.equal(
      toHex(kmac256(KEY, { custom: APPLICATION, size: 64 }, SHORT)),
      '20c570c31346f703c9ac36c61c03cb64c3970d0cfc787e9b79599d273a68d2f7' +
        'f69d4cc3de9d104a351689f27cf6f5951f0103f33f4f24871024d9c27773a8dd',
    )
    assert.equal(
      toHex(kmac256(KEY, { size: 64 }, LONG)),
      '75358cf39e41494e949707927cee0af20a3ff553904c86b08f21cc414bcfd691' +
        '589d27cf5e15369cbbff8b9a4c2eb17800855d0235ff635da82533ec6b759b69',
    )
    assert.equal(
      toHex(kmac256(KEY, { custom: APPLICATION, size: 64 }, LONG)),
      'b58618f71f92e1d56c1b8c55ddd7cd188b97b4ca4d99831eb2699a837da2e4d9' +
        '70fbacfde50033aea585f1a2708510c32d07880801bd182898fe476876fc8965',
    )
  })

  it('agrees with another implementation', () => {
    fc.assert(
      fc.property(bytes, bytes, shortText, sizes, (key, message, custom, size) => {
        const options = { dkLen: size, personalization: toUtf8(custom) }
        assert.deepEqual(kmac256(key, { custom, size }, message), nobleKmac(key, message, options))
        assert.deepEqual(
          kmacXof256(key, { custom, size }, message),
          kmac256xof(key, message, options),
        )
      }),
    )
  })
})

describe('KMACXOF256', () => {
  it('gives the outputs of samples 4 to 6', () => {
    assert.equal(
      toHex(kmacXof256(KEY, { custom: APPLICATION, size: 64 }, SHORT)),
      '1755133f1534752aad0748f2c706fb5c784512cab835cd15676b16c0c6647fa9' +
        '6faa7af634a0bf8ff6df39374fa00fad9a39e322a7c92065a64eb1fb0801eb2b',
    )
    assert.equal(
      toHex(kmacXof256(KEY, { size: 64 }, LONG)),
      'ff7b171f1e8a2b24683eed37830ee797538ba8dc563f6da1e667391a75edc02c' +
        'a633079f81ce12a25f45615ec89972031d18337331d24ceb8f8ca8e6a19fd98b',
    )
    assert.equal(
      toHex(kmacXof256(KEY, { custom: APPLICATION, size: 64 }, LONG)),
      'd5be731c954ed7732846bb59dbe3a8e30f83e77a4bff4459f2f1c2b4ecebb8ce' +
        '67ba01c62e8ab8578d2d499bd1bb276768781190020a306a97de281dcc30305d',
    )
  })
})

describe('TupleHash256', () => {
  it('gives the outputs of samples 4 to 6', () => {
    assert.equal(
      toHex(tupleHash256({ size: 64 }, TUPLE[0]!, TUPLE[1]!)),
      'cfb7058caca5e668f81a12a20a2195ce97a925f1dba3e7449a56f82201ec6073' +
        '11ac2696b1ab5ea2352df1423bde7bd4bb78c9aed1a853c78672f9eb23bbe194',
    )
    assert.equal(
      toHex(tupleHash256({ custom: 'My Tuple App', size: 64 }, TUPLE[0]!, TUPLE[1]!)),
      '147c2191d5ed7efd98dbd96d7ab5a11692576f5fe2a5065f3e33de6bba9f3aa1' +
        'c4e9a068a289c61c95aab30aee1e410b0b607de3620e24a4e3bf9852a1d4367e',
    )
    assert.equal(
      toHex(tupleHash256({ custom: 'My Tuple App', size: 64 }, ...TUPLE)),
      '45000be63f9b6bfd89f54717670f69a9bc763591a4f05c50d68891a744bcc6e7' +
        'd6d5b5e82c018da999ed35b0bb49c9678e526abd8e85c13ed254021db9e790ce',
    )
  })

  it('agrees with another implementation', () => {
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 6 }), shortText, sizes, (tuple, custom, size) => {
        const options = { dkLen: size, personalization: toUtf8(custom) }
        assert.deepEqual(tupleHash256({ custom, size }, ...tuple), tuplehash256(tuple, options))
      }),
    )
  })

  it('is the same of tuples that begin alike, wherever they part', () => {
    const tuples = fc.array(bytes, { maxLength: 6 })
    fc.assert(
      fc.property(tuples, tuples, shortText, sizes, (common, others, custom, size) => {
        const hash = tupleHasher256({ custom, size }, ...common)
        const expected = (...rest: readonly Uint8Array[]) =>
          tupleHash256({ custom, size }, ...common, ...rest)
        for (const rest of [others, [], others.toReversed()])
          assert.deepEqual(hash(...rest), expected(...rest))
      }),
    )
  })
})

describe("the key manager's derivation", () => {
  // Runtime layer notes, 7.4; recomputed there with a stand-alone SP 800-185 implementation.
  it('gives the long-term and the ephemeral private key of the recorded case', () => {
    const runtimeId = parseHex('c818f97228a53b201e2afa383b64199c732c7ba1a67ac55ea2cb3b8fba367740')
    const keyPairId = parseHex('fb99076f6a5a8c52bcf562cae5152d0410f47a615fc7bc4966dc9a4f477bd217')
    const epoch = parseHex(8_935_419_451n.toString(16).padStart(16, '0'))
    const privateKey = (secret: string, kdf: string, keys: string, end: Uint8Array[]): string => {
      const options = { custom: `${kdf}-insecure`, size: 32 }
      const seed = kmac256(parseHex(secret), options, runtimeId, keyPairId, ...end)
      const pair = createCshake256('', `${keys}-insecure`).absorb(seed).squeeze(64)
      return toHex(pair.subarray(32))
    }
    const longTerm = 'ekiden-derive-runtime-secret'
    assert.equal(
      privateKey(
        '3fa39161fe106fb770503558dad41bea3221888c09477d864507e615094f5d38',
        longTerm,
        longTerm,
        [],
      ),
      '762c5a25ff1149591cf7bca763fbe647a43939f43330a8fd331305d73e489bbc',
    )
    assert.equal(
      privateKey(
        '2a9d51ed0380d11b26255ecc894dfc3aa48196c9b0da463a3073ea820a65a090',
        'ekiden-derive-ephemeral-secret',
        'ekiden-derive-ephemeral-keys',
        [epoch],
      ),
      '77b65768679884c84dc0cd406a852a15e9ab40291f23c35215d0ea402dbf5915',
    )
  })
})
