import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { PROGRAM, SIGSTRUCT } from './fixtures/sigstruct.ts'
import { measureSgx, verifySigstruct } from './sigstruct.ts'

const refusal = { module: 'unknown', code: 1, reason: 'bundle.badSignature' }

/** The parts that nobody signs and nobody reads. */
const UNREAD = [1_028, 1_040] as const

describe('the signature of an SGX program', () => {
  it('names the enclave as the reference does', () => {
    const { mrEnclave, mrSigner } = verifySigstruct(SIGSTRUCT, PROGRAM)
    assert.deepEqual(mrEnclave, measureSgx(PROGRAM))
    assert.equal(
      toHex(mrEnclave),
      'd69ea8cda2433733c1ce02de65da8f48e6a3dbba6bb18876a2062908e54ef7cb',
    )
    assert.equal(
      toHex(mrSigner),
      '9199dcde58956214bbb57e53137adac81c346d23b07961132ebf6affbe483204',
    )
  })

  it('is wrong with any byte of it changed', () => {
    for (let at = 0; at < SIGSTRUCT.length; at += 13) {
      if (at >= UNREAD[0] && at < UNREAD[1]) continue
      const changed = Uint8Array.from(SIGSTRUCT)
      changed[at]! ^= 1 << (at % 8)
      assert.throws(() => verifySigstruct(changed, PROGRAM), refusal, `byte ${at}`)
    }
  })

  it('is wrong for another program, or in another size', () => {
    assert.throws(() => verifySigstruct(SIGSTRUCT, toUtf8('another')), refusal)
    for (const size of [0, 1_807]) {
      assert.throws(() => verifySigstruct(SIGSTRUCT.subarray(0, size), PROGRAM), refusal)
    }
    assert.throws(() => verifySigstruct(new Uint8Array(1_808), PROGRAM), refusal)
    assert.throws(() => verifySigstruct(new Uint8Array(1_808).fill(0xff), PROGRAM), refusal)
  })
})
