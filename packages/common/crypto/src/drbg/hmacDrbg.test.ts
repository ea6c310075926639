import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import fc from 'fast-check'
import { DRBG_ENTROPY_BYTES_MIN, DRBG_REQUEST_BYTES_MAX } from '../limits.ts'
import { HmacDrbg } from './hmacDrbg.ts'

describe('HMAC_DRBG with SHA-512', () => {
  // NIST CSRC, "HMAC_DRBG examples", SHA-512 without personalization and additional input.
  it("gives the two blocks of NIST's example", () => {
    const drbg = new HmacDrbg({
      entropy: Uint8Array.from({ length: 111 }, (_, i) => i),
      nonce: Uint8Array.from({ length: 16 }, (_, i) => 0x20 + i),
    })
    assert.equal(
      toHex(drbg.generate(128)),
      'a463395aa79f237a22e5bd24462bd303e1be5103ba37299bed170e10713ee9cd' +
        'a62fabd5171231e1f6d82629bc521d41178d002d92918f397824e449004e9ae1' +
        '851f7bfa11cd616ef519a9e2a05951d9108ab38959ca7e9e80b18adfcc622389' +
        '495795cbfb7d39af6c8571ddce035ca6890c7a1af80861f0629ef1b6952ba206',
    )
    assert.equal(
      toHex(drbg.generate(128)),
      'fb5bd98d2cb25ec4955cd15204d68c497281ca0ce2201daca5e412ddfdebaf98' +
        'd724d21662e45aba9ae200d941c4cf76039808f29a8000346a6cc97d44417737' +
        'a89f90472ac6088b45c666c561686f191745228f11ed556a519da9aa1646d15b' +
        '901382d87726d17dc5139fdee1e8bdb0f328d4b105865bd1d815641e6b1dba23',
    )
  })

  it('follows SP 800-90A step by step, whatever the requests', () => {
    const seeds = fc.uint8Array({ minLength: DRBG_ENTROPY_BYTES_MIN, maxLength: 80 })
    const requests = fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 5 })
    fc.assert(
      fc.property(seeds, fc.uint8Array(), fc.uint8Array(), requests, (entropy, nonce, p, sizes) => {
        const expected = referenceDrbg(Buffer.concat([entropy, nonce, p]))
        const drbg = new HmacDrbg({ entropy, nonce, personalization: p })
        for (const size of sizes)
          assert.deepEqual(drbg.generate(size), Uint8Array.from(expected(size)))
      }),
    )
  })

  it(`takes ${DRBG_ENTROPY_BYTES_MIN} bytes of entropy and no fewer`, () => {
    const size = DRBG_ENTROPY_BYTES_MIN
    assert.equal(new HmacDrbg({ entropy: new Uint8Array(size) }).generate(1).length, 1)
    assert.throws(() => new HmacDrbg({ entropy: new Uint8Array(size - 1) }), {
      reason: 'drbg.insufficientEntropy',
    })
  })

  it(`gives ${DRBG_REQUEST_BYTES_MAX} bytes a request and no more`, () => {
    const drbg = new HmacDrbg({ entropy: new Uint8Array(32) })
    assert.equal(drbg.generate(DRBG_REQUEST_BYTES_MAX).length, DRBG_REQUEST_BYTES_MAX)
    assert.throws(() => drbg.generate(DRBG_REQUEST_BYTES_MAX + 1), { name: 'BugError' })
    assert.throws(() => drbg.generate(0), { name: 'BugError' })
  })
})

/** SP 800-90A, 10.1.2, on OpenSSL's HMAC, with names and steps of the standard. */
function referenceDrbg(seedMaterial: Buffer): (size: number) => Buffer {
  const mac = (key: Buffer, data: Buffer): Buffer => createHmac('sha512', key).update(data).digest()
  let key: Buffer = Buffer.alloc(64, 0)
  let v: Buffer = Buffer.alloc(64, 1)
  const update = (provided: Buffer): void => {
    key = mac(key, Buffer.concat([v, Buffer.of(0), provided]))
    v = mac(key, v)
    if (provided.length === 0) return
    key = mac(key, Buffer.concat([v, Buffer.of(1), provided]))
    v = mac(key, v)
  }
  update(seedMaterial)
  return (size) => {
    let temp: Buffer = Buffer.alloc(0)
    while (temp.length < size) {
      v = mac(key, v)
      temp = Buffer.concat([temp, v])
    }
    update(Buffer.alloc(0))
    return temp.subarray(0, size)
  }
}
