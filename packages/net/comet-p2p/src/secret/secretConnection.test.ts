import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, EMPTY_BYTES, parseHex } from '@wadi/base/bytes'
import { BugError } from '@wadi/base/errors'
import { SeededRandom } from '@wadi/base/random'
import { chacha20Poly1305 } from '@wadi/crypto/aead/chacha20Poly1305'
import { x25519 } from '@wadi/crypto/x25519/x25519'
import { encodeDelimited } from '@wadi/protobuf/codec'
import { oasisDialect, type SignatureDialect, stockDialect } from '@wadi/tendermint/dialect'
import { AuthSignature, EphemeralKey } from '@wadi/tendermint/messages/connection'
import fc from 'fast-check'
import { AUTH_BYTES_MAX, EPHEMERAL_BYTES_MAX } from '../limits.ts'
import { ALGORITHMS, testKey } from '../testing/testNode.ts'
import { FrameOpener, FrameSealer } from './frames.ts'
import type { NodeKey } from './identity.ts'
import { deriveSessionKeys } from './keySchedule.ts'
import { SecretConnection } from './secretConnection.ts'

function side(
  index: number,
  dialect: SignatureDialect = stockDialect,
  key: NodeKey = testKey(index, dialect),
): SecretConnection {
  return new SecretConnection({
    algorithms: ALGORITHMS,
    key,
    dialect,
    ephemeralSecret: new SeededRandom(BigInt(1000 + index)).bytes(32),
  })
}

/** Carries what one side sends to the other in pieces, until nothing more is said. */
function exchange(a: SecretConnection, b: SecretConnection, piece = 100): void {
  let [toA, toB] = [b.hello(), a.hello()]
  while (toA.length > 0 || toB.length > 0) {
    const [nowA, nowB] = [toA, toB]
    toA = EMPTY_BYTES
    toB = EMPTY_BYTES
    for (let at = 0; at < nowA.length; at += piece)
      toB = concatBytes(toB, a.receive(nowA.subarray(at, at + piece)).reply)
    for (let at = 0; at < nowB.length; at += piece)
      toA = concatBytes(toA, b.receive(nowB.subarray(at, at + piece)).reply)
  }
}

/** The other end of a connection, made by hand: what it seals and opens with. */
function forge(target: SecretConnection, secret = new Uint8Array(32).fill(7)) {
  const localKey = x25519.publicKey(secret)
  const remoteKey = target.hello().subarray(3)
  const agreed = x25519.agree(secret, remoteKey)!
  const keys = deriveSessionKeys({ localKey, remoteKey, secret: agreed })
  return {
    hello: encodeDelimited(EphemeralKey, { value: localKey }),
    sealer: new FrameSealer(chacha20Poly1305.useKey(keys.sendKey)),
    opener: new FrameOpener(chacha20Poly1305.useKey(keys.receiveKey)),
    challenge: keys.challenge,
  }
}

const hello = (value: Uint8Array) => encodeDelimited(EphemeralKey, { value })

describe('SecretConnection', () => {
  it('shows both sides the key of the other, in any pieces', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1500 }), (piece) => {
        const [a, b] = [side(1), side(2)]
        exchange(a, b, piece)
        assert.deepEqual(a.remoteKey, testKey(2).publicKey)
        assert.deepEqual(b.remoteKey, testKey(1).publicKey)
      }),
      { numRuns: 10 },
    )
  })

  it('carries data both ways once the keys are shown', () => {
    const [a, b] = [side(1), side(2)]
    exchange(a, b)
    const text = new SeededRandom(5n).bytes(5000)
    assert.deepEqual(b.receive(a.seal(text)).data, text)
    assert.deepEqual(a.receive(b.seal(text)).data, text)
  })

  it('gives data that came together with the proof', () => {
    const [a, b] = [side(1), side(2)]
    const { reply } = b.receive(a.hello())
    const fromA = a.receive(concatBytes(b.hello(), reply)).reply
    const early = a.seal(Uint8Array.of(1, 2, 3))
    assert.deepEqual(b.receive(concatBytes(fromA, early)).data, Uint8Array.of(1, 2, 3))
  })

  it('says nothing to somebody unknown', () => {
    assert.throws(() => side(1).seal(Uint8Array.of(1)), BugError)
  })

  it('works in the dialect of the network, and not across dialects', () => {
    const [a, b] = [side(1, oasisDialect), side(2, oasisDialect)]
    exchange(a, b)
    assert.deepEqual(a.remoteKey, testKey(2).publicKey)
    const [c, d] = [side(1, oasisDialect), side(2, stockDialect)]
    assert.throws(() => exchange(c, d), { reason: 'p2p.badChallengeSignature' })
  })

  it('refuses every point of low order', () => {
    const points = [
      '0000000000000000000000000000000000000000000000000000000000000000',
      '0100000000000000000000000000000000000000000000000000000000000000',
      'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
      '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    ]
    for (const point of points)
      assert.throws(() => side(1).receive(hello(parseHex(point))), {
        reason: 'p2p.lowOrderPoint',
      })
  })

  it('refuses ephemeral keys of another size, and what is no message', () => {
    for (const size of [0, 31, 33])
      assert.throws(() => side(1).receive(hello(new Uint8Array(size))), {
        reason: 'p2p.badEphemeralKey',
      })
    assert.throws(() => side(1).receive(Uint8Array.of(2, 0x0a, 5)), {
      reason: 'p2p.badEphemeralKey',
    })
  })

  it('takes first messages up to their bounds and refuses one byte more', () => {
    const frame = { reason: 'protobuf.frameTooLarge' }
    assert.doesNotThrow(() => side(1).receive(Uint8Array.of(EPHEMERAL_BYTES_MAX)))
    assert.throws(() => side(1).receive(Uint8Array.of(EPHEMERAL_BYTES_MAX + 1)), frame)
    const size = (bytes: number) => {
      const target = side(1)
      const { hello, sealer } = forge(target)
      target.receive(hello)
      const length = Uint8Array.of((bytes & 0x7f) | 0x80, bytes >> 7)
      return () => target.receive(sealer.seal(length))
    }
    assert.doesNotThrow(size(AUTH_BYTES_MAX))
    assert.throws(size(AUTH_BYTES_MAX + 1), frame)
  })

  it('refuses who shows a key and does not hold it', () => {
    const target = side(1)
    const { hello, sealer } = forge(target)
    target.receive(hello)
    const { publicKey } = testKey(2)
    const signature = testKey(3).sign(new Uint8Array(32))
    const proof = encodeDelimited(AuthSignature, { publicKey, signature })
    assert.throws(() => target.receive(sealer.seal(proof)), {
      reason: 'p2p.badChallengeSignature',
    })
  })

  it('refuses a proof that was made for another connection', () => {
    const target = side(1)
    const replayed = testKey(2).sign(forge(side(3)).challenge)
    const { hello, sealer } = forge(target)
    target.receive(hello)
    const proof = { publicKey: testKey(2).publicKey, signature: replayed }
    assert.throws(() => target.receive(sealer.seal(encodeDelimited(AuthSignature, proof))), {
      reason: 'p2p.badChallengeSignature',
    })
  })

  it('accepts who holds the key that it shows', () => {
    const target = side(1)
    const { hello, sealer, challenge } = forge(target)
    target.receive(hello)
    const proof = { publicKey: testKey(2).publicKey, signature: testKey(2).sign(challenge) }
    target.receive(sealer.seal(encodeDelimited(AuthSignature, proof)))
    assert.deepEqual(target.remoteKey, testKey(2).publicKey)
  })

  it('refuses keys that are not Ed25519, and those of another size', () => {
    const secp256k1 = Uint8Array.of(2 + 33 + 2, 0x0a, 2 + 33, 0x12, 33, ...new Uint8Array(33))
    const short = Uint8Array.of(2 + 5, 0x0a, 5, 0x0a, 3, 1, 2, 3)
    for (const proof of [secp256k1, short, Uint8Array.of(0)]) {
      const target = side(1)
      const { hello, sealer } = forge(target)
      target.receive(hello)
      assert.throws(() => target.receive(sealer.seal(proof)), { reason: 'p2p.badKeyType' })
    }
  })

  it('is not deceived by a mirror', () => {
    const target = side(1)
    const { reply } = target.receive(target.hello())
    assert.throws(() => target.receive(reply), { reason: 'p2p.badFrame' })
  })

  it('overwrites its secrets when it is wiped', () => {
    const ephemeralSecret = new Uint8Array(32).fill(9)
    const key = testKey(1)
    new SecretConnection({
      algorithms: ALGORITHMS,
      key,
      dialect: stockDialect,
      ephemeralSecret,
    }).wipe()
    assert.deepEqual(ephemeralSecret, new Uint8Array(32))
  })
})
